// @ts-check
/** A field for a number, of the page alone: it sets nothing on the server. */

import { html, useEffect, useState } from '../core/dom.js'
import { formatNumber, parseValue } from '../core/format.js'

/**
 * A field for a number; what is no number, or out of range, is put right when it is left. An empty
 * one is null if `placeholder` says what holds then.
 * @param {{id?: string, label?: string, parameter: any, value: number|null, placeholder?: string,
 *          onChange: (value: any) => void, disabled?: boolean, colour?: string}} props
 */
export function NumberField({ id, label, parameter, value, placeholder, onChange, disabled, colour }) {
  const shown = value === null || value === undefined ? '' : formatNumber(value, parameter)
  const [text, setText] = useState(shown)
  useEffect(() => setText(shown), [shown])
  const take = () => {
    const found = text.trim() === '' && placeholder ? null : parseValue(text, parameter)
    if (found === null && placeholder) return onChange(null)
    if (typeof found !== 'number') return setText(shown)
    const legal = rounded(Math.min(Math.max(found, parameter.min), parameter.max), parameter)
    setText(formatNumber(legal, parameter))
    return onChange(legal)
  }
  return html`<input
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
    onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && setText(shown)}
  />`
}

/** As many digits as are shown. */
function rounded(/** @type {number} */ value, /** @type {any} */ parameter) {
  return parameter.kind === 'float' ? Number(value.toFixed(3)) : Math.round(value)
}
