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
import { STREAM, isPlace, needsPlace, textOf, usualAway, whyNever, whyNot } from './region_text.js'

/** What the form was given last; `seconds` and `side` say where another place is. */
let last = { name: '', partner: '', seconds: '', side: 0, values: /** @type {Record<string, string>} */ ({}) }

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
  const region = /** @type {import('../../canvas/region.js').Region} */ (session.selection)
  const { columnSeconds } = session.model
  const usual = usualAway(edit, region), side = form.side || Math.sign(usual)
  const away = form.seconds === '' ? side * Math.abs(usual) : side * Math.round(Number(form.seconds) / columnSeconds)
  const given = { edit, partner, away, values: form.values }
  const problem = whyNot(given, region, session.view.grid.start)
  const run = (/** @type {Event} */ event) => {
    event.preventDefault()
    if (!problem) session.runEdit(textOf(given, region))
  }
  return html`<form class="stack region-form" aria-label="Edit the selection" noValidate onSubmit=${run}>
    <label class="field">Edit
      <select aria-label="Edit" onChange=${(/** @type {any} */ event) => change({ name: event.currentTarget.value, seconds: '', side: 0, values: {} })}>
        ${edits.map((one) => html`<option value=${one.name} selected=${one.name === edit.name}
          disabled=${whyNever(one, region) !== ''}>${words(one.name)}</option>`)}
      </select></label>
    <p class="soft small">${edit.doc}</p>
    ${edit.partner && html`<${Partner} names=${names} partner=${partner}
      choose=${(/** @type {string} */ name) => change({ partner: name })} />`}
    ${needsPlace(edit, partner) && html`<${Place} seconds=${form.seconds} side=${side} change=${change}
      usual=${(Math.abs(usual) * columnSeconds).toFixed(2)} />`}
    <div class="region-fields">
      ${edit.arguments.filter((/** @type {any} */ one) => !isPlace(one)).map((/** @type {any} */ one) => html`<${EditArgument} key=${`${edit.name}/${one.name}`}
        parameter=${one} most=${one.unit === 'code' ? session.model.codebookSize - 1 : one.max}
        columnSeconds=${session.model.columnSeconds} value=${form.values[one.name] ?? ''}
        set=${(/** @type {string} */ value) => change({ values: { ...form.values, [one.name]: value } })} />`)}
    </div>
    ${problem && html`<p class="fault small" role="status">${problem}</p>`}
    <div class="dialog-end">
      <${Button} label="Close" onPress=${() => session.set({ open: null })} />
      <button type="submit" class="button primary" disabled=${problem !== ''}>Apply</button>
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

/** The other place that an edit works on, counted from the selection. */
function Place(/** @type {any} */ { seconds, side, usual, change }) {
  return html`<div class="region-fields">
    <label class="field">The other place, in seconds from the selection
      <input type="number" min="0" step="any" value=${seconds} placeholder=${usual}
        onInput=${(/** @type {any} */ event) => change({ seconds: event.currentTarget.value })} /></label>
    <label class="field">Direction
      <select onChange=${(/** @type {any} */ event) => change({ side: Number(event.currentTarget.value) })}>
        <option value="-1" selected=${side < 0}>earlier</option>
        <option value="1" selected=${side > 0}>later</option>
      </select></label>
  </div>`
}
