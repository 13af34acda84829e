// @ts-check
/**
 * A fader of the page alone: it looks and moves like those of parameters, but what it sets goes to
 * nobody but the form that it is in.
 *   LocalFader({label, parameter, value, onChange(value), disabled?})   value null is off; only for
 *                                                                       parameters that can be off
 */

import { classes, html, useState } from '../core/dom.js'
import { docOf, formatNumber, fromTravel, toTravel, unitOf } from '../core/format.js'
import { Entry } from './entry.js'
import { Track } from './fader.js'

/** @param {any} props */
export function LocalFader({ label, parameter, value, onChange, disabled = false }) {
  const [typing, setTyping] = useState(/** @type {{seed: string}|null} */ (null))
  const off = typeof value !== 'number'
  const control = controlOf(parameter, value, onChange)
  const done = (/** @type {any} */ typed) => {
    setTyping(null)
    if (typeof typed === 'number') control.set(typed)
    else if (typed === 'off') control.reset()
  }
  const unit = unitOf(value, parameter)
  return html`<div class=${classes('fader', off && 'off', disabled && 'disabled')} title=${docOf(parameter)} inert=${disabled}>
    <${Track} ...${{ parameter, address: parameter.name, title: label, vertical: false, control, mark: null, setTyping }}>
      <span class="fader-name"><span class="cut">${label}</span></span>
    </${Track}>
    ${typing ? html`<${Entry} ...${{ parameter, value: off ? undefined : value, label, seed: typing.seed, onDone: done }} />`
      : html`<button type="button" class="fader-value" tabindex="-1" title="Type a value"
          onClick=${() => setTyping({ seed: '' })}><span class="visually-hidden">${label}: </span>${
          formatNumber(off ? null : value, parameter)}${unit && html` <small>${unit}</small>`}</button>`}
  </div>`
}

function controlOf(/** @type {any} */ parameter, /** @type {number|null} */ value, /** @type {(value: number|null) => void} */ onChange) {
  // What is off begins where it would do nothing, if it can.
  const rest = Math.min(Math.max(0, parameter.min), parameter.max)
  const set = (/** @type {number} */ next) => {
    const legal = Math.min(Math.max(next, parameter.min), parameter.max)
    onChange(parameter.kind === 'float' ? Number(legal.toFixed(3)) : Math.round(legal))
  }
  return {
    value,
    travel: toTravel(value ?? rest, parameter),
    held: false,
    set,
    setTravel: (/** @type {number} */ next) => set(fromTravel(next, parameter)),
    reset: () => onChange(typeof parameter.default === 'number' ? parameter.default : null),
  }
}
