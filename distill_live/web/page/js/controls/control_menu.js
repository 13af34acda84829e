// @ts-check
/**
 * The menu that every control has, by right click, long press or the menu key: learn, reset, address.
 *   useControlMenu({learn, label, reset?, items?}) -> event handlers to spread on the element
 *     learn: what a MIDI control is learned for, 'temperature/structure' or ['rewind', 4]
 *     reset: the name to reset to its default; items: more entries for the top
 */

import { useRef } from '../core/dom.js'
import { send } from '../core/store.js'
import { learn as learnControl } from './learning.js'
import { openMenu } from './menu.js'
import { toast } from './toast.js'

const LONG_PRESS_MS = 600
const STILL_PX = 8

/** @param {{learn?: string|any[], label: string, reset?: string, items?: any[]}|null} about */
export function useControlMenu(about) {
  const press = useRef(/** @type {any} */ (null))
  if (!about) return {}
  const open = (/** @type {any} */ event) => openMenu(event, entries(about), about.label)
  const giveUp = () => {
    clearTimeout(press.current?.timer)
  }
  return {
    onContextMenu: (/** @type {MouseEvent} */ event) => {
      event.stopPropagation()
      giveUp()
      // Touch screens send a context menu of their own after a long press.
      if (press.current?.opened) event.preventDefault()
      else open(event)
    },
    onPointerDownCapture: (/** @type {PointerEvent} */ event) => {
      press.current = null
      if (event.pointerType === 'mouse') return
      const { currentTarget, clientX, clientY } = event
      const timer = setTimeout(() => {
        press.current.opened = true
        open({ currentTarget, type: 'longpress' })
      }, LONG_PRESS_MS)
      press.current = { timer, x: clientX, y: clientY, opened: false }
    },
    onPointerMoveCapture: (/** @type {PointerEvent} */ event) => {
      const start = press.current
      if (!start) return
      const moved = Math.hypot(event.clientX - start.x, event.clientY - start.y)
      if (moved > STILL_PX) giveUp()
    },
    onPointerUpCapture: giveUp,
    onPointerCancelCapture: giveUp,
    onClickCapture: (/** @type {MouseEvent} */ event) => {
      // The finger that opened the menu is lifted: that is no press of the button below it.
      if (!press.current?.opened) return
      press.current = null
      event.preventDefault()
      event.stopPropagation()
    },
  }
}

function entries(/** @type {any} */ { learn, label, reset, items = [] }) {
  const [name] = [learn].flat()
  return [
    ...items,
    learn && { label: 'Learn a MIDI control', run: () => learnControl(learn, label) },
    reset && { label: 'Reset to the default', hint: 'Del', run: () => send('/distill/reset', reset) },
    learn && { label: 'Copy the OSC address', hint: `/distill/${name}`, run: () => copy(`/distill/${name}`) },
  ]
}

async function copy(/** @type {string} */ text) {
  try {
    await navigator.clipboard.writeText(text)
    toast(`Copied ${text}`, { kind: 'good' })
  } catch {
    // Browsers allow the clipboard only on https and on this machine.
    toast(`The address is ${text}`)
  }
}
