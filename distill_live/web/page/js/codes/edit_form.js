// @ts-check
/** The form that edits what is selected; below it stands the same edit as text, which can be typed. */

import { html, useEffect, useState } from '../core/dom.js'
import { regionWords } from '../canvas/region.js'
import { EditArgument } from '../controls/edit_argument.js'
import { words } from '../core/format.js'
import { store } from '../core/store.js'
import { editText, withIds } from './parts.js'

const EMPTY = { edit: 'mutate', partner: '', partnerColumns: '', values: {}, seed: '' }

/** @param {{desk: any}} props */
export function EditForm({ desk }) {
  const id = desk.active
  const { document, selection } = desk.of(id)
  const edits = store.edits
  const [form, setForm] = useState(/** @type {any} */ (EMPTY))
  const [typed, setTyped] = useState(/** @type {string|null} */ (null))
  const edit = edits.get(form.edit) ?? [...edits.values()][0]
  useEffect(() => {
    if (desk.draft) setForm({ ...EMPTY, ...desk.draft, partner: nameOf(desk, desk.draft.partner) })
    setTyped(null)
  }, [desk.draft, selection, id])
  const change = (/** @type {any} */ changed) => {
    setForm({ ...form, ...changed })
    setTyped(null)
  }
  const partner = edit.partner ? form.partner || firstPartner(desk, id) : ''
  const text = typed ?? editText({
    edit: edit.name, region: selection, document, partner, values: form.values, seed: form.seed,
    partnerColumns: edit.partner ? form.partnerColumns.trim() : '',
  })
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault()
    if (await desk.edit(id, withIds(text, edits, others(desk, id)))) setTyped(null)
  }
  return html`<section class="panel edit-form" aria-label="Edit"><form class="stack" onSubmit=${submit}>
    <div class="panel-head"><h2>Edit</h2>
      <span class="soft cut">${selection ? regionWords(selection, document.labels, document) : `all of ${document.name}`}</span></div>
    <label class="field">Edit
      <select value=${edit.name} onChange=${(/** @type {any} */ event) => change({ edit: event.currentTarget.value, values: {} })}>
        ${[...edits.values()].map((one) => html`<option value=${one.name} selected=${one.name === edit.name}>${words(one.name)}</option>`)}
      </select></label>
    <p class="soft edit-doc">${edit.doc}</p>
    ${edit.partner && html`<${Partner} ...${{ desk, id, form, change, partner }} />`}
    <${Arguments} ...${{ edit, document, form, change }} />
    <label class="field">As text
      <input class="edit-text" value=${text} autocomplete="off" spellcheck=${false}
        onInput=${(/** @type {any} */ event) => setTyped(event.currentTarget.value)} /></label>
    <button type="submit" class="button primary" disabled=${Boolean(desk.busy)}>Apply</button>
  </form></section>`
}

function Arguments(/** @type {any} */ { edit, document, form, change }) {
  return html`<div class="edit-arguments">
    ${edit.arguments.map((/** @type {any} */ one) => html`<${EditArgument} key=${`${edit.name}/${one.name}`} parameter=${one}
      most=${one.unit === 'code' ? document.codebookSize - 1 : one.max} columnSeconds=${document.columnSeconds}
      value=${form.values[one.name] ?? ''}
      set=${(/** @type {string} */ value) => change({ values: { ...form.values, [one.name]: value } })} />`)}
    <label class="field">Seed
      <input type="number" min="0" max="2147483647" step="1" value=${form.seed} placeholder="0"
        title="The same seed draws the same random numbers."
        onInput=${(/** @type {any} */ event) => change({ seed: event.currentTarget.value })} /></label>
  </div>`
}

function Partner(/** @type {any} */ { desk, id, form, change, partner }) {
  return html`<div class="edit-arguments">
    <label class="field">With
      <select onChange=${(/** @type {any} */ event) => change({ partner: event.currentTarget.value })}>
        ${others(desk, id).map((one) => html`<option value=${one.name} selected=${one.name === partner}>${one.name}</option>`)}
        <option value="." selected=${partner === '.'}>itself</option>
      </select></label>
    <label class="field">Its columns
      <input value=${form.partnerColumns} placeholder="side by side" autocomplete="off" spellcheck=${false}
        title="Such as 0:16 or 0.5s:2s"
        onInput=${(/** @type {any} */ event) => change({ partnerColumns: event.currentTarget.value })} /></label>
  </div>`
}

/** The other documents, those that are shown first. */
function others(/** @type {any} */ desk, /** @type {string} */ id) {
  const shown = (/** @type {any} */ one) => (desk.shown.includes(one.id) ? 0 : 1)
  return desk.documents.filter((/** @type {any} */ one) => one.id !== id)
    .sort((/** @type {any} */ one, /** @type {any} */ other) => shown(one) - shown(other))
}

const firstPartner = (/** @type {any} */ desk, /** @type {string} */ id) => others(desk, id)[0]?.name ?? '.'

const nameOf = (/** @type {any} */ desk, /** @type {string} */ id) =>
  desk.documents.find((/** @type {any} */ one) => one.id === id)?.name ?? id ?? ''
