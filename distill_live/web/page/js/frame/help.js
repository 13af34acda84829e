// @ts-check
/**
 * The list of keys, on ?.
 *   Help()         the dialog and its key
 *   openHelp()     from a button
 */

import { html, useState } from '../core/dom.js'
import { describeKeys, keyList, useKeys } from '../core/keys.js'
import { Dialog } from '../controls/dialog.js'

let show = (/** @type {boolean} */ _open) => {}

export const openHelp = () => show(true)

describeKeys('A fader that has the focus', [
  { keys: 'Arrow keys', text: 'Move it; with Shift in fine steps' },
  { keys: 'PageUp or PageDown', text: 'Move it in large steps' },
  { keys: 'Home or End', text: 'Lowest, highest value' },
  { keys: 'Enter or 0 to 9', text: 'Type a value' },
  { keys: 'Delete', text: 'Reset to the default' },
  { keys: 'Shift+F10', text: 'Menu: learn a MIDI control, reset, address' },
])

describeKeys('A finger', [
  { keys: 'Drag', text: 'Move a fader from where it stands, or paint' },
  { keys: 'Double tap', text: 'Reset a fader' },
  { keys: 'Press and hold', text: 'Menu of a control; on a cell, pick its code' },
  { keys: 'Two fingers', text: 'Zoom the timeline, or go back in time' },
])

export function Help() {
  const [open, setOpen] = useState(false)
  show = setOpen
  useKeys('Page', [{ keys: '?', text: 'This list', run: () => setOpen(true) }])
  if (!open) return null
  const groups = new Map()
  for (const one of keyList()) groups.set(one.group, [...(groups.get(one.group) ?? []), one])
  return html`<${Dialog} title="Keys" open onClose=${() => setOpen(false)}>
    <div class="key-list">
      ${[...groups].map(([group, list]) => html`<h3>${group}</h3>
        ${list.map((/** @type {any} */ { keys, text }) => html`
          <span>${keys.split(' or ').map((/** @type {string} */ key, /** @type {number} */ n) => html`
            ${n > 0 && ' '}<kbd>${key}</kbd>`)}</span><span>${text}</span>`)}`)}
    </div>
    <p class="soft help-note">Right-click any control, or press and hold it, to learn a MIDI control
      for it, reset it, or copy its OSC address.</p>
  </${Dialog}>`
}
