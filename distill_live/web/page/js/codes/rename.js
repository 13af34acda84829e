// @ts-check
/**
 * Names of documents and of their levels.
 *   renameDocument(desk, id), renameLevels(desk, id);  LevelNames() draws the dialog, once, in the tab
 */

import { html, useRef, useState } from '../core/dom.js'
import { asked, Dialog, DialogEnd } from '../controls/dialog.js'

/** @type {(wanted: any) => void} */
let show = () => {}

/** @param {any} desk @param {string} id */
export async function renameDocument(desk, id) {
  const { name } = desk.of(id)?.document ?? desk.documents.find((/** @type {any} */ one) => one.id === id)
  const text = await asked('Rename the document', { value: name, action: 'Rename' })
  if (text && text !== name) desk.amend(id, { name: text })
}

/** @param {any} desk @param {string} id */
export const renameLevels = (desk, id) => show({ desk, id })

export function LevelNames() {
  const [wanted, setWanted] = useState(/** @type {any} */ (null))
  const form = useRef(/** @type {HTMLFormElement|null} */ (null))
  show = setWanted
  if (!wanted) return null
  const { desk, id } = wanted
  const { labels } = desk.of(id).document
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault()
    const fields = /** @type {NodeListOf<HTMLInputElement>} */ (form.current?.querySelectorAll('input'))
    const given = [...fields].map((one, n) => one.value.trim() || labels[n])
    setWanted(null)
    if (given.join('\n') !== labels.join('\n')) desk.amend(id, { labels: given })
  }
  return html`<${Dialog} title="Rename the levels" open onClose=${() => setWanted(null)}>
    <form ref=${form} class="stack" onSubmit=${submit}>
      ${labels.map((/** @type {string} */ label, /** @type {number} */ n) => html`<label class="field">Level ${n + 1}
        <input defaultValue=${label} autocomplete="off" spellcheck=${false} autofocus=${n === 0} /></label>`)}
      <${DialogEnd} action="Rename" onCancel=${() => setWanted(null)} />
    </form>
  </${Dialog}>`
}
