// @ts-check
/** A field onto which recordings and whole folders are dropped, with buttons that choose them. */

import { html, useRef, useState } from '../core/dom.js'

const SOUND = /\.(wav|flac|ogg|oga|opus|mp3|aiff?|caf)$/i
/** What a system puts into folders for itself. */
const OF_SYSTEM = /(^|\/| - )(\.|Thumbs\.db$|desktop\.ini$)/i
/** What macOS keeps beside each file on other disks. */
const SIDE_FILE = /(^|\/| - )\._/
const ACCEPT = '.wav,.flac,.ogg,.oga,.opus,.mp3,.aif,.aiff,.caf,audio/*'

/**
 * `take` gets the sound files, and the names of all others.
 * @param {{take: (files: {name: string, file: File}[], others: string[]) => void, disabled: boolean}} props
 */
export function DropZone({ take, disabled }) {
  const [over, setOver] = useState(false)
  const files = useRef(/** @type {HTMLInputElement|null} */ (null))
  const folder = useRef(/** @type {HTMLInputElement|null} */ (null))
  const hand = (/** @type {{name: string, file: File}[]} */ found) => {
    const seen = found.filter(({ name }) => !(SOUND.test(name) ? SIDE_FILE : OF_SYSTEM).test(name))
    const sounds = seen.filter(({ name }) => SOUND.test(name))
    const others = seen.map(({ name }) => name).filter((name) => !SOUND.test(name))
    // If nothing is a sound file, the server says which kinds it takes.
    if (sounds.length) take(sounds, others)
    else if (seen.length) take(seen, [])
  }
  const drop = async (/** @type {DragEvent} */ event) => {
    event.preventDefault()
    setOver(false)
    if (!disabled && event.dataTransfer) hand(await dropped(event.dataTransfer))
  }
  return html`<div
    class=${over ? 'drop over' : 'drop'}
    onDragOver=${(/** @type {DragEvent} */ event) => (event.preventDefault(), setOver(true))}
    onDragLeave=${() => setOver(false)}
    onDrop=${drop}
  >
    <p>Drop recordings or a folder here</p>
    <div class="row">
      <button class="button" disabled=${disabled} onClick=${() => files.current?.click()}>Choose files</button>
      <button class="button" disabled=${disabled} onClick=${() => folder.current?.click()}>
        Choose a folder
      </button>
    </div>
    <${Input} input=${files} label="Recordings to upload" hand=${hand} />
    <${Input} input=${folder} label="Folder of recordings to upload" hand=${hand} webkitdirectory />
  </div>`
}

function Input(/** @type {any} */ { input, label, hand, ...more }) {
  return html`<input
    ref=${input}
    class="visually-hidden"
    type="file"
    multiple
    tabindex="-1"
    accept=${ACCEPT}
    aria-label=${label}
    onChange=${(/** @type {any} */ event) => {
      hand([...event.target.files].map((file) => ({ name: nameIn(file.webkitRelativePath || file.name), file })))
      event.target.value = ''
    }}
    ...${more}
  />`
}

/** A name for a file of a folder, without the folder itself: sets have no folders. */
const nameIn = (/** @type {string} */ path) => {
  const parts = path.split('/')
  return (parts.length > 1 ? parts.slice(1) : parts).join(' - ')
}

/** All files that were dropped, those in folders too. @param {DataTransfer} data */
async function dropped(data) {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean)
  if (!entries.length) return [...data.files].map((file) => ({ name: file.name, file }))
  const found = await Promise.all(entries.map(walk))
  return found.flat()
}

/** The files of an entry, and of the folders in it. */
async function walk(/** @type {any} */ entry) {
  if (entry.isFile) {
    const file = await new Promise((give, fail) => entry.file(give, fail))
    return [{ name: nameIn(entry.fullPath.slice(1)), file }]
  }
  const inside = await everyEntry(entry.createReader())
  const found = await Promise.all(inside.map(walk))
  return found.flat()
}

/** A folder's entries; browsers give them out a hundred at a time. */
async function everyEntry(/** @type {any} */ reader) {
  const all = []
  for (;;) {
    const some = await new Promise((give, fail) => reader.readEntries(give, fail))
    if (!some.length) return all
    all.push(...some)
  }
}
