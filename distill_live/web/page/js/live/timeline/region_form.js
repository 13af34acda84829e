// @ts-check
/**
 * Any edit of the instrument's table for the selected cells, with its numbers: RegionForm({session}).
 * What you filled in is still there when the form is opened again.
 */

import { EditArgument } from '../../controls/edit_argument.js'
import { Button } from '../../controls/button.js'
import { html, useState } from '../../core/dom.js'
import { words } from '../../core/format.js'
import { store, useDocument } from '../../core/store.js'

/** The stream itself, in the place of a clip. */
const STREAM = '.'
/** What the form was given last. */
let last = { name: '', partner: '', values: /** @type {Record<string, string>} */ ({}) }

/** @param {{session: import('./session.js').TimelineSession}} props */
export function RegionForm({ session }) {
  const edits = [...store.edits.values()].filter((edit) => edit.region !== false)
  const clips = useDocument('clips') ?? []
  const [form, setForm] = useState(last)
  // Those with a second grid come to nothing without a clip, and others need a place.
  const simple = edits.find((edit) => !edit.partner && edit.scope === 'both') ?? edits[0]
  const edit = store.edits.get(form.name) ?? simple
  if (!edit) return null
  const change = (/** @type {any} */ changed) => setForm(last = { ...form, ...changed })
  const names = [...clips.map((/** @type {any} */ one) => one.name), STREAM]
  // A clip that was chosen may have been deleted.
  const partner = edit.partner ? (names.includes(form.partner) ? form.partner : names[0]) : ''
  const run = (/** @type {Event} */ event) => {
    event.preventDefault()
    session.runEdit(textOf(edit, partner, form.values))
  }
  return html`<form class="stack region-form" aria-label="Edit the selection" noValidate onSubmit=${run}>
    <label class="field">Edit
      <select aria-label="Edit" onChange=${(/** @type {any} */ event) => change({ name: event.currentTarget.value, values: {} })}>
        ${edits.map((one) => html`<option value=${one.name} selected=${one.name === edit.name}>${words(one.name)}</option>`)}
      </select></label>
    <p class="soft small">${edit.doc}</p>
    ${edit.partner && html`<${Partner} names=${names} partner=${partner}
      choose=${(/** @type {string} */ name) => change({ partner: name })} />`}
    <div class="region-fields">
      ${edit.arguments.map((/** @type {any} */ one) => html`<${EditArgument} key=${`${edit.name}/${one.name}`}
        parameter=${one} most=${one.unit === 'code' ? session.model.codebookSize - 1 : one.max}
        columnSeconds=${session.model.columnSeconds} value=${form.values[one.name] ?? ''}
        set=${(/** @type {string} */ value) => change({ values: { ...form.values, [one.name]: value } })} />`)}
    </div>
    <div class="dialog-end">
      <${Button} label="Close" onPress=${() => session.set({ open: null })} />
      <button type="submit" class="button primary">Apply</button>
    </div>
  </form>`
}

function Partner(/** @type {any} */ { names, partner, choose }) {
  return html`<label class="field">With
    <select onChange=${(/** @type {any} */ event) => choose(event.currentTarget.value)}>
      ${names.map((/** @type {string} */ name) => html`<option value=${name} selected=${name === partner}>${
        name === STREAM ? 'the stream itself' : name}</option>`)}
    </select></label>`
}

/** An edit as the instrument reads it. */
function textOf(/** @type {any} */ edit, /** @type {string} */ partner, /** @type {Record<string, string>} */ values) {
  const given = Object.entries(values).filter(([, value]) => value !== '')
  // Names may have spaces.
  const quoted = partner && partner !== STREAM && `"${partner.replace(/(["\\])/g, '\\$1')}"`
  return [edit.name, quoted || partner, ...given.map(([name, value]) => `${name}=${value}`)].filter(Boolean).join(' ')
}
