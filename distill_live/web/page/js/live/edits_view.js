// @ts-check
/**
 * Edits of the stream with their switches and parameters, in the order in which they run, and the
 * history of what was changed. Made from the table of edits, so a plugin's edit is here as well.
 */

import { html } from '../core/dom.js'
import { send, store, useDocument, useHello, useLevels, useValue } from '../core/store.js'
import { titleOf, words } from '../core/format.js'
import { Button, Toggle } from '../controls/button.js'
import { Fader } from '../controls/fader.js'
import { openMenu } from '../controls/menu.js'
import { ClipChoice, useClipNeed } from './clip_choice.js'
import { History } from './history.js'

export function EditsView() {
  useHello()
  const order = useOrder()
  return html`<div class="edits-view">
    <div class="edit-cards">
      ${order.map((name, at) => html`<${Edit} key=${name} edit=${store.edits.get(name)} at=${at} order=${order} />`)}
    </div>
    <${History} />
  </div>`
}

/** The edits that have a switch, in the order in which they run. */
function useOrder() {
  const told = useDocument('edit_order') ?? useValue('stream/edit_order')
  const switched = [...store.edits.values()].filter((one) => one.switch).map((one) => one.name)
  const named = [told].flat().filter((name) => switched.includes(name))
  return [...named, ...switched.filter((name) => !named.includes(name))]
}

function Edit(/** @type {any} */ { edit, at, order }) {
  const levels = useLevels()
  const on = useEditOn(edit, levels)
  const parameter = store.parameters.get(edit.switch)
  const others = edit.parameters.filter((/** @type {string} */ name) => name !== edit.switch)
  const isBool = parameter?.kind === 'bool'
  const request = edit.switch === 'blend' ? 'blend/clip' : 'edit/clip'
  const need = useClipNeed(request)
  // It needs a clip only as long as it has none, and only some edits have one.
  const disabled = edit.partner ? need : ''
  return html`<section class="panel edit-card" aria-label=${`Edit ${edit.name}`} data-edit=${edit.name}
    data-on=${String(on)}>
    <div class="panel-head">
      ${isBool ? html`<${Toggle} name=${edit.switch} label=${words(edit.name)} extra="edit-switch" />`
        : html`<h2>${words(edit.name)}</h2>`}
      <${Button} label=${`More about ${edit.name}`} icon="more" kind="quiet" hideLabel
        onPress=${(/** @type {any} */ event) => openMenu(event, moves(edit.name, at, order), edit.doc)} />
    </div>
    <p class="soft hint">${edit.doc}${disabled && html` <em>Needs a clip: ${disabled}.</em>`}</p>
    ${parameter?.perLevel && isBool && html`<div class="level-row" role="group" aria-label="Only these levels">
      ${levels.map((/** @type {any} */ level) => html`<${Toggle} key=${level.name} name=${edit.switch} level=${level} />`)}
    </div>`}
    <div class="stack">
      ${edit.partner && html`<${ClipChoice} label="Clip" request=${request} />`}
      ${!isBool && parameter && html`<${Fader} name=${edit.switch} disabled=${disabled} />
        <div class="level-row faders">${levels.map((/** @type {any} */ level) => html`
          <${Fader} key=${level.name} name=${edit.switch} level=${level} disabled=${disabled && ' '} />`)}</div>`}
      ${others.map((/** @type {string} */ name) => html`<${Fader} key=${name} name=${name}
        label=${titleOf(name, `edit/${edit.name}`)} />`)}
    </div>
  </section>`
}

/** Whether an edit does something, on any level. */
function useEditOn(/** @type {any} */ edit, /** @type {any[]} */ levels) {
  const all = useValue(edit.switch)
  // Always four, as hooks must not come and go with the number of levels.
  const own = [0, 1, 2, 3].map((n) => useValue(`${edit.switch}/${levels[n]?.name}`))
  return [all, ...own].some((value) => value > 0)
}

function moves(/** @type {string} */ name, /** @type {number} */ at, /** @type {string[]} */ order) {
  const to = (/** @type {number} */ place) => {
    const rest = order.filter((one) => one !== name)
    rest.splice(place, 0, name)
    send('/distill/edit/order', ...rest)
  }
  return [
    { label: 'Reset this edit', run: () => send('/distill/reset', `edit/${name}`) },
    at > 0 && { label: 'Run earlier', run: () => to(at - 1) },
    at < order.length - 1 && { label: 'Run later', run: () => to(at + 1) },
    at > 0 && { label: 'Run first', run: () => to(0) },
    at < order.length - 1 && { label: 'Run last', run: () => to(order.length - 1) },
    { label: 'Alphabetical order', run: () => send('/distill/edit/order') },
  ]
}
