// @ts-check
/**
 * A parameter as a number: click it to type, arrow keys step it.
 *   NumberField({name, label?})
 */

import { html, useState } from '../core/dom.js'
import { send, store, useValue } from '../core/store.js'
import { formatNumber, titleOf, toTravel } from '../core/format.js'
import { useControlMenu } from './control_menu.js'
import { Entry } from './entry.js'
import { stepped } from './fader_keys.js'

/** @param {{name: string, label?: string}} props */
export function NumberField({ name, label }) {
  const parameter = store.parameters.get(name)
  const value = useValue(name)
  const [typing, setTyping] = useState(false)
  const title = label ?? titleOf(name)
  const menu = useControlMenu({ learn: name, label: title, reset: name })
  if (!parameter) return null
  const set = (/** @type {any} */ next) => send(`/distill/${name}`, next)
  const press = (/** @type {KeyboardEvent} */ event) => {
    const next = stepped(event, toTravel(value, parameter), parameter, value)
    if (next === null) return
    // One unit at a time says more than a share of the range.
    const up = next > value ? 1 : -1
    set(event.key.startsWith('Arrow') && parameter.max - parameter.min > 20 ? value + up : next)
    event.preventDefault()
  }
  const done = (/** @type {any} */ typed) => {
    setTyping(false)
    if (typed !== undefined) set(typed)
  }
  return html`<span class="number-field" ...${menu}>
    ${typing ? html`<${Entry} ...${{ parameter, value, label: title, onDone: done }} />`
      : html`<button type="button" class="button" title=${parameter.doc} data-name=${name}
          onClick=${() => setTyping(true)} onKeyDown=${press}>
          <span class="visually-hidden">${title}: </span><strong>${formatNumber(value, parameter)}</strong>
          ${parameter.unit && html`<small>${parameter.unit}</small>`}</button>`}
  </span>`
}
