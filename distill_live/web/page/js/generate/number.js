// @ts-check
/** A field for a number, of the page alone: it sets nothing on the server. */

import { html, useEffect, useRef, useState } from '../core/dom.js'
import { formatNumber, parseValue } from '../core/format.js'

/**
 * A field for a number; what is no number, or out of range, is an error at the field, and its form does
 * not start anything. An empty one is null if `placeholder` says what holds then.
 * @param {{id?: string, label?: string, parameter: any, value: number|null, placeholder?: string,
 *          onChange: (value: any) => void, disabled?: boolean, colour?: string}} props
 */
export function NumberField({ id, label, parameter, value, placeholder, onChange, disabled, colour }) {
  const shown = value === null || value === undefined ? '' : formatNumber(value, parameter)
  const [text, setText] = useState(shown)
  const [problem, setProblem] = useState('')
  const field = useRef(/** @type {HTMLInputElement|null} */ (null))
  // The form asks at once, before anything is drawn again.
  const refuse = (/** @type {string} */ why) => {
    field.current?.setCustomValidity(why)
    setProblem(why)
  }
  const restore = () => {
    setText(shown)
    refuse('')
  }
  useEffect(restore, [shown])
  const take = () => {
    const found = parseValue(text, parameter)
    if (found === 'off' && placeholder) {
      refuse('')
      return onChange(null)
    }
    const why = whyNot(found, parameter)
    refuse(why)
    if (why || typeof found !== 'number') return undefined
    const legal = rounded(found, parameter)
    setText(formatNumber(legal, parameter))
    return onChange(legal)
  }
  return html`<input
    ref=${field}
    aria-invalid=${problem ? 'true' : undefined}
    onInvalid=${show}
    class=${`number ${colour ?? ''}`}
    id=${id}
    aria-label=${label}
    inputmode="decimal"
    autocomplete="off"
    disabled=${disabled}
    placeholder=${placeholder ?? ''}
    value=${text}
    onInput=${(/** @type {any} */ event) => setText(event.target.value)}
    onChange=${take}
    onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && restore()}
  />${problem && html`<span class="fault small" role="alert">${problem}</span>`}`
}

/** Why a form cannot be sent with what was typed, or "". */
function whyNot(/** @type {any} */ found, /** @type {any} */ { kind, min, max }) {
  const isWhole = kind === 'float' || Number.isInteger(found)
  if (typeof found === 'number' && isWhole && found >= min && found <= max) return ''
  return `${kind === 'float' ? 'A number' : 'A whole number'} from ${min} to ${max}`
}

/** A field of settings that are folded away can only be told of once it is seen. */
function show(/** @type {any} */ event) {
  const folded = event.target.closest('details')
  if (folded) folded.open = true
}

/** As many digits as are shown. */
function rounded(/** @type {number} */ value, /** @type {any} */ parameter) {
  return parameter.kind === 'float' ? Number(value.toFixed(3)) : Math.round(value)
}
