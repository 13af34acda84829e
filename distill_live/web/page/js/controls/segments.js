// @ts-check
/**
 * A choice of a few, side by side; arrow keys move between them.
 *   Segments({label, options: [{id, label}], value, onChange, role?: 'tablist'|'radiogroup'})
 */

import { html } from '../core/dom.js'

/** @param {any} props */
export function Segments({ label, options, value, onChange, role = 'radiogroup' }) {
  const [part, mark] = role === 'tablist' ? ['tab', 'aria-selected'] : ['radio', 'aria-checked']
  const move = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    const now = options.findIndex((/** @type {any} */ one) => one.id === value)
    const next = (now + step + options.length) % options.length
    onChange(options[next].id)
    const buttons = /** @type {HTMLElement} */ (event.currentTarget).querySelectorAll('button')
    buttons[next]?.focus()
  }
  return html`<div class="segments" role=${role} aria-label=${label} onKeyDown=${move}>
    ${options.map((/** @type {any} */ one) => html`<button type="button" class="button" role=${part}
      ...${{ [mark]: String(one.id === value) }} tabindex=${one.id === value ? 0 : -1}
      onClick=${() => onChange(one.id)}>${one.label}</button>`)}
  </div>`
}
