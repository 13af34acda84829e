// @ts-check
/**
 * A field in which a value is typed.
 *   Entry({parameter, value, label, seed?, onDone})   onDone(number | 'off' | undefined); undefined: given
 *   up. With `seed`, what was typed already, it begins with that in place of the value.
 */

import { html, useLayoutEffect, useRef } from '../core/dom.js'
import { formatNumber, parseValue } from '../core/format.js'
import { toast } from './toast.js'

/** @param {any} props */
export function Entry({ parameter, value, label, seed, onDone }) {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null))
  const over = useRef(false)
  // Before the next key, which would go to the page.
  useLayoutEffect(() => {
    const input = /** @type {HTMLInputElement} */ (field.current)
    // Set once: the server's next value must not replace what is being typed.
    input.value = seed || formatNumber(value, parameter)
    input.focus()
    if (!seed) input.select()
  }, [])
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
    const home = field.current?.parentElement
    if (event.key === 'Enter') keep()
    else finish(undefined)
    // The field is gone by now: the focus goes back to what it belongs to.
    setTimeout(() => {
      const owner = home?.querySelector('[role="slider"], button')
      if (owner instanceof HTMLElement) owner.focus({ preventScroll: true })
    })
  }
  return html`<input class="entry" ref=${field} inputmode="decimal" aria-label=${label}
    autocomplete="off" onKeyDown=${press} onBlur=${keep} />`
}
