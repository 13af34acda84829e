// @ts-check
/**
 * Documents as files and as clips.
 *   openSave(desk, id), sendToLive(desk, id);  SaveDialog() draws the dialog, once, in the tab
 */

import { html, useRef, useState } from '../core/dom.js'
import { ask, store } from '../core/store.js'
import { asked, Dialog, DialogEnd } from '../controls/dialog.js'
import { attempt, toast } from '../controls/toast.js'
import { saveAs } from './documents.js'

const FORMATS = [
  ['npz', 'Codes (.npz), to open again'], ['json', 'Codes as text (.json)'],
  ['wav', 'Sound (.wav)'], ['flac', 'Sound (.flac)'],
]

/** @type {(wanted: any) => void} */
let show = () => {}

/** @param {any} desk @param {string} id */
export const openSave = (desk, id) => show({ desk, id })

/** Keep a document as a clip of the instrument. @param {any} desk @param {string} id */
export async function sendToLive(desk, id) {
  if (!store.hello.live) {
    toast('Nothing plays here: start “distill-live serve” to send clips to it.', { kind: 'fault' })
    return
  }
  const { name } = desk.of(id).document
  const clip = await asked('Send to the live stream', { value: name, action: 'Send', hint: 'Name of the clip' })
  if (clip) await attempt(send(id, clip))
}

async function send(/** @type {string} */ id, /** @type {string} */ clip) {
  const { file, path } = await saveAs(id, fileName(`${clip} ${clock()}`), 'npz')
  await ask('/distill/clip/load', clip, path)
  // The instrument says when it is there.
  toast(`Added ${clip} to the clips of the Live tab. Its codes are kept as ${file}.`, { kind: 'good' })
}

export function SaveDialog() {
  const [wanted, setWanted] = useState(/** @type {any} */ (null))
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState('')
  const form = useRef(/** @type {any} */ (null))
  show = setWanted
  if (!wanted) return null
  const { desk, id } = wanted
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault()
    const { file, format } = form.current.elements
    setBusy(true)
    setFault('')
    try {
      await save(desk, id, file.value.trim(), format.value)
      setWanted(null)
    } catch (error) {
      // Often there is such a file already: then only the name has to be changed.
      setFault(/** @type {Error} */ (error).message)
    }
    setBusy(false)
  }
  const close = () => (setFault(''), setWanted(null))
  return html`<${Dialog} title="Save or export" open onClose=${close}>
    <form ref=${form} class="stack" onSubmit=${submit}>
      <label class="field">Name of the file
        <input name="file" defaultValue=${fileName(desk.of(id).document.name)} required maxlength="100"
          autocomplete="off" spellcheck=${false} autofocus /></label>
      <label class="field">What to write
        <select name="format">${FORMATS.map(([format, label]) => html`<option value=${format}>${label}</option>`)}</select>
      </label>
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      <${DialogEnd} action=${busy ? 'Saving …' : 'Save'} disabled=${busy} onCancel=${close} />
    </form>
  </${Dialog}>`
}

async function save(/** @type {any} */ desk, /** @type {string} */ id, /** @type {string} */ name, /** @type {string} */ format) {
  const { file } = await saveAs(id, name, format)
  if (format === 'npz') desk.saved = [file, ...desk.saved]
  toast(`Saved as ${file}.`, { kind: 'good', action: { label: 'Download', run: () => download(file) } })
}

function download(/** @type {string} */ file) {
  const link = document.createElement('a')
  link.href = `/api/files/${file.split('/').map(encodeURIComponent).join('/')}`
  link.download = file.split('/').at(-1) ?? file
  link.click()
}

/** A name without what no file can have. */
const fileName = (/** @type {string} */ name) => name.replace(/[\\/:*?"<>|]/g, '-').replace(/^[. ]+|[. ]+$/g, '') || 'codes'

const clock = () => new Date().toTimeString().slice(0, 8).replaceAll(':', '-')
