// @ts-check
/**
 * Where toasts are drawn.
 *   Toasts()   once, in the frame
 */

import { html, useState } from '../core/dom.js'
import { Button } from './button.js'
import { dropToast, holdToasts, onToasts } from './toast.js'

export function Toasts() {
  const [, redraw] = useState(/** @type {any[]} */ ([]))
  const list = onToasts(redraw)
  return html`<div class="toasts" aria-live="polite"
    onPointerEnter=${() => holdToasts(true)} onPointerLeave=${() => holdToasts(false)}
    onFocusIn=${() => holdToasts(true)} onFocusOut=${() => holdToasts(false)}>
    ${list.map((one) => html`<div key=${one.key} class=${`toast ${one.kind ?? ''}`}
      role=${one.kind === 'fault' ? 'alert' : 'status'}>
      <p>${one.text}</p>
      ${one.action && html`<${Button} label=${one.action.label} onPress=${() => press(one)} />`}
      <${Button} label="Dismiss" icon="close" kind="quiet" hideLabel
        onPress=${() => drop(one)} />
    </div>`)}
  </div>`
}

function press(/** @type {any} */ one) {
  drop(one)
  one.action.run()
}

function drop(/** @type {any} */ one) {
  dropToast(one.key)
  // The button that had the pointer and the focus is gone, and tells nobody.
  holdToasts(false)
}
