// @ts-check
/**
 * A field in which a value is typed.
 *   Entry({parameter, value, label, onDone})   onDone(number | 'off' | undefined); undefined: given up
 */

import { html, useEffect, useRef } from '../core/dom.js'
import { formatNumber, parseValue } from '../core/format.js'
import { toast } from './toast.js'

/** @param {any} props */
export function Entry({ parameter, value, label, onDone }) {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null))
  const over = useRef(false)
  useEffect(() => field.current?.select(), [])
  const finish = (/** @type {any} */ typed) => {
    if (over.current) return
    over.current = true
    onDone(typed)
  }
  const keep = () => {
    const text = field.current?.value ?? ''
    const typed = parseValue(text, parameter)
    if (typed === null) {
      toast(`${label} takes a number, ${parameter.min} to ${parameter.max}, not “${text}”.`, { kind: 'fault' })
    }
    finish(typed ?? undefined)
  }
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    const fader = field.current?.parentElement?.querySelector('[role="slider"]')
    if (event.key === 'Enter') keep()
    else finish(undefined)
    /** @type {HTMLElement|null} */ (fader)?.focus()
  }
  return html`<input class="entry" ref=${field} inputmode="decimal" aria-label=${label}
    value=${formatNumber(value, parameter)} autocomplete="off"
    onKeyDown=${press} onBlur=${keep} />`
}
