// @ts-check
/**
 * The keys of the page, in one list, so that ? can show them all.
 *
 *   bindKeys('Transport', [{ keys: 'Space', text: 'Play or stop', run: () => ... }]) -> unbind
 *       keys as KeyboardEvent.key, with 'Shift+', 'Ctrl+' (also Cmd) or 'Alt+' before it; 'Space' is the bar;
 *       a list of alternatives is separated by ' or '; with `always`, nothing that has the focus, no
 *       dialog and no field, takes the key away
 *   useKeys(group, bindings)            the same while a component is shown
 *   keyList() -> [{ group, keys, text }]  for the help dialog
 *   describeKeys(group, [{keys, text}])   keys that controls handle themselves, only for the list
 */

import { useEffect, useRef } from './dom.js'

/** @typedef {{keys: string, text: string, always?: boolean, run?: (event: KeyboardEvent) => void}} Binding */

/** @type {Set<{group: string, bindings: Binding[]}>} */
const bound = new Set()
const FIELDS = 'input, textarea, select, [contenteditable]'
const MOVES = /^(Tab|Arrow.*|Home|End|Page.*)$/
/** What has the focus in an open menu or list, however that was opened. */
const CHOSEN = '[role="menuitem"], [role="option"]'
const PRESSED = `button, a, summary, [role="button"], [role="switch"], ${CHOSEN}`

/** @param {string} group @param {Binding[]} bindings */
export function bindKeys(group, bindings) {
  const entry = { group, bindings }
  bound.add(entry)
  return () => bound.delete(entry)
}

/** @param {string} group @param {Binding[]} bindings */
export const describeKeys = (group, bindings) => bindKeys(group, bindings)

/** @param {string} group @param {Binding[]} bindings */
export function useKeys(group, bindings) {
  const newest = useRef(bindings)
  newest.current = bindings
  useEffect(
    () =>
      bindKeys(
        group,
        bindings.map((one, n) => ({ ...one, run: (event) => newest.current[n].run?.(event) })),
      ),
    // Bound again only when there are other keys, not for every drawing.
    [group, bindings.map((one) => one.keys).join()],
  )
}

/** Every key with its group and what it does. */
export function keyList() {
  return [...bound].flatMap(({ group, bindings }) =>
    bindings.map(({ keys, text }) => ({ group, keys, text })),
  )
}

/** Whether the focus was last moved by pointer, not by keyboard. */
let pointed = false

/** Listen to the keyboard; once, from main.js. */
export function startKeys() {
  addEventListener('pointerdown', () => (pointed = true), true)
  addEventListener('keydown', (event) => (pointed &&= !MOVES.test(event.key)), true)
  // Before anything else hears of the key.
  addEventListener('keydown', pressAlways, true)
  addEventListener('keydown', press)
}

function pressAlways(/** @type {KeyboardEvent} */ event) {
  const found = findBinding(event)
  if (!found?.always) return
  event.stopImmediatePropagation()
  event.preventDefault()
  if (!event.repeat) found.run?.(event)
}

function press(/** @type {KeyboardEvent} */ event) {
  if (event.defaultPrevented || event.isComposing || isTaken(event)) return
  const found = findBinding(event)
  if (!found) return
  event.preventDefault()
  found.run?.(event)
}

/** What a key does. The newest binding wins, such as that of the tab in front. */
function findBinding(/** @type {KeyboardEvent} */ event) {
  const name = nameOf(event)
  const all = [...bound].reverse().flatMap(({ bindings }) => bindings)
  return all.find((one) => one.run && one.keys.split(' or ').includes(name))
}

function isTaken(/** @type {KeyboardEvent} */ event) {
  const target = event.target instanceof Element ? event.target : null
  if (!target || event.key === 'Escape') return false
  if (document.querySelector('dialog[open]')) return true
  const control = event.ctrlKey || event.metaKey
  if (target.closest(FIELDS)) return true
  // Space and Enter press what has the focus, if it came there by keyboard; after a click with the
  // mouse the space bar still plays and stops.
  const presses = event.key === ' ' || event.key === 'Enter'
  return !control && presses && Boolean(target.closest(pointed ? CHOSEN : PRESSED))
}

function nameOf(/** @type {KeyboardEvent} */ event) {
  const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toLowerCase() : event.key
  // Shift is part of what a sign is, such as ?, but not of what a letter is.
  const shift = event.shiftKey && (event.key.length > 1 || /[a-z ]/i.test(event.key))
  return [
    (event.ctrlKey || event.metaKey) && 'Ctrl+',
    event.altKey && 'Alt+',
    shift && 'Shift+',
    key,
  ].filter(Boolean).join('')
}
