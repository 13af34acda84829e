// @ts-check
/**
 * The dialogs that make clips.
 *   loadClip(), captureClip()   open them
 *   ClipDialogs()               where they are drawn; once, in the Live tab
 */

import { html, useEffect, useRef, useState } from '../core/dom.js'
import { send } from '../core/store.js'
import { get, hasApi } from '../core/api.js'
import { Dialog, DialogEnd } from '../controls/dialog.js'

/** @type {(which: string|null) => void} */
let show = () => {}

export const loadClip = () => show('load')
export const captureClip = () => show('capture')

export function ClipDialogs() {
  const [which, setWhich] = useState(/** @type {string|null} */ (null))
  show = setWhich
  if (which === 'load') return html`<${Load} close=${() => setWhich(null)} />`
  if (which === 'capture') return html`<${Capture} close=${() => setWhich(null)} />`
  return null
}

function Load(/** @type {any} */ { close }) {
  const files = useFiles()
  const form = useRef(/** @type {any} */ (null))
  const submit = () => {
    const { file, name } = form.current.elements
    if (!file.value.trim()) return
    const plain = file.value.trim().split('/').at(-1).replace(/\.[^.]*$/, '')
    send('/distill/clip/load', name.value.trim() || plain, file.value.trim())
    close()
  }
  return html`<${Dialog} title="Load a clip" open onClose=${close}>
    <form ref=${form} class="stack" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), submit())}>
      <label class="field">File: a recording, or a grid of codes, in the folder of clips or of recordings
        <input name="file" list="clip-files" autocomplete="off" spellcheck=${false} autofocus required />
      </label>
      <datalist id="clip-files">${files.map((one) => html`<option value=${one}></option>`)}</datalist>
      <label class="field">Name of the clip
        <input name="name" placeholder="as the file" autocomplete="off" spellcheck=${false} /></label>
      <${DialogEnd} action="Load" onCancel=${close} />
    </form>
  </${Dialog}>`
}

function Capture(/** @type {any} */ { close }) {
  const form = useRef(/** @type {any} */ (null))
  // What was heard before the dialog was opened, however long it takes to find a name.
  const [opened] = useState(() => performance.now())
  const submit = () => {
    const { seconds, name } = form.current.elements
    const ago = (performance.now() - opened) / 1000
    send('/distill/capture', Number(seconds.value), name.value.trim(), ago)
    close()
  }
  return html`<${Dialog} title="Capture what was heard" open onClose=${close}>
    <form ref=${form} class="stack" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), submit())}>
      <label class="field">How many seconds, until you opened this
        <input name="seconds" type="number" min="0.1" max="60" step="0.1" value="4" required autofocus /></label>
      <label class="field">Name of the clip
        <input name="name" defaultValue=${`take ${clock()}`} autocomplete="off" required /></label>
      <${DialogEnd} action="Capture" onCancel=${close} />
    </form>
  </${Dialog}>`
}

/** Recordings that the server lists, to choose from; a name can be typed as well. */
function useFiles() {
  const [files, setFiles] = useState(/** @type {string[]} */ ([]))
  useEffect(() => {
    hasApi('/api/files')
      .then((has) => (has ? get('/api/files') : { files: [] }))
      .then((found) => setFiles(found.files.map(nameOf)))
      // Without the list, a name can still be typed.
      .catch(() => setFiles([]))
  }, [])
  return files
}

function nameOf(/** @type {any} */ file) {
  return file.path.replace(/^recordings\//, '')
}

function clock() {
  const now = new Date()
  return [now.getHours(), now.getMinutes(), now.getSeconds()].map((n) => String(n).padStart(2, '0')).join('-')
}
