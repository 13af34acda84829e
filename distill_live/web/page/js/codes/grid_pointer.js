// @ts-check
/** What a pointer does to the codes: hear, select, carry a selection to another place, open a menu. */

import { contains, regionBetween } from '../canvas/region.js'
import { openMenu } from '../controls/menu.js'
import { longPress, openCellMenu } from './cell_menu.js'
import { dropItems } from './dropping.js'

/** A press that moves less than this, in CSS pixels, is a click. */
const SLACK = 5
/** How fast the codes scroll when a drag leaves them, in CSS pixels for each event. */
const SCROLL_STEP = 16

/**
 * @param {import('./codes_view.js').CodesView} view @param {any} desk @param {string} id
 * @param {() => boolean} touchSelects whether a finger selects, in place of scrolling
 */
export function followPointer(view, desk, id, touchSelects) {
  const { stage } = view
  /** @type {any} */
  let drag = null
  const down = (/** @type {PointerEvent} */ event) => {
    if (event.button || !view.layout || drag) return
    const at = view.nearestCell(event)
    const { selection } = desk.of(id)
    const carries = selection && !at.ruler && !event.shiftKey && contains(selection, at)
    // A finger scrolls, unless it selects or is on what is selected.
    const scrolls = event.pointerType === 'touch' && !touchSelects()
    if (!scrolls) stage.setPointerCapture(event.pointerId)
    drag = { at, carries, scrolls, selection, x: event.clientX, y: event.clientY, moved: false, pointer: event.pointerId }
    drag.leave = event.pointerType === 'mouse' ? () => {} : longPress(() => menu(event))
  }
  // Some touch screens send a context menu of their own after a long press, others do not.
  const menu = (/** @type {MouseEvent} */ event) => {
    event.preventDefault()
    cancel()
    if (view.layout) openCellMenu(view, desk, id, event)
  }
  const move = (/** @type {PointerEvent} */ event) => {
    if (!drag || drag.pointer !== event.pointerId) return
    drag.moved ||= Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > SLACK
    if (!drag.moved) return
    drag.leave()
    if (drag.scrolls) return
    if (drag.carries) carry(drag, event, desk)
    else select(view, desk, id, drag, event)
  }
  const up = (/** @type {PointerEvent} */ event) => {
    if (!drag || drag.pointer !== event.pointerId) return
    const ended = drag
    cancel()
    if (!ended.moved) click(view, desk, id, ended, event)
    else if (ended.carries) drop(desk, id, ended, event)
  }
  const cancel = () => {
    drag?.leave()
    drag = null
    clearGhosts(desk)
  }
  const events = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: cancel, contextmenu: menu }
  for (const [name, fn] of Object.entries(events)) stage.addEventListener(name, /** @type {any} */ (fn))
  return () => {
    cancel()
    for (const [name, fn] of Object.entries(events)) stage.removeEventListener(name, /** @type {any} */ (fn))
  }
}

function click(/** @type {any} */ view, /** @type {any} */ desk, /** @type {string} */ id, /** @type {any} */ { at }, /** @type {PointerEvent} */ event) {
  const { cursor, document } = desk.of(id)
  if (event.shiftKey && cursor) {
    return desk.set(id, { selection: regionBetween(cursor, at, document, at.ruler) })
  }
  if (at.ruler) {
    desk.set(id, { cursor: { column: at.column, band: at.band, level: at.level } })
    return desk.hear(id, { columns: [at.column, at.column + 1] })
  }
  const cell = view.cellAt(event)
  if (!cell) return desk.set(id, { selection: null })
  const { selection } = desk.of(id)
  desk.set(id, { cursor: cell, selection: selection && contains(selection, cell) ? selection : null })
  desk.hear(id, { ...cell, code: view.code(cell) })
}

function select(/** @type {any} */ view, /** @type {any} */ desk, /** @type {string} */ id, /** @type {any} */ { at }, /** @type {PointerEvent} */ event) {
  const box = view.scroller.getBoundingClientRect()
  if (event.clientX > box.right) view.scroller.scrollLeft += SCROLL_STEP
  if (event.clientX < box.left) view.scroller.scrollLeft -= SCROLL_STEP
  const selection = regionBetween(at, view.nearestCell(event), desk.of(id).document, at.ruler)
  desk.set(id, { selection, cursor: { column: at.column, band: at.band, level: at.level } })
}

/** Show where the selection would come to lie. */
function carry(/** @type {any} */ drag, /** @type {PointerEvent} */ event, /** @type {any} */ desk) {
  const target = targetOf(desk, drag, event)
  clearGhosts(desk)
  target?.view.mark({ ghost: { ...drag.selection, first: target.column } })
}

function drop(/** @type {any} */ desk, /** @type {string} */ id, /** @type {any} */ drag, /** @type {PointerEvent} */ event) {
  const target = targetOf(desk, drag, event)
  if (!target || (target.id === id && target.column === drag.selection.first)) return
  target.view.mark({ ghost: { ...drag.selection, first: target.column } })
  // Until something is chosen, or not.
  const end = () => target.view.mark({ ghost: null })
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, end, { once: true, capture: true })
  // The menu opens where the selection was let go.
  const place = { type: 'contextmenu', clientX: event.clientX, clientY: event.clientY, currentTarget: target.view.scroller }
  const { items, title } = dropItems(desk, { id, region: drag.selection }, target)
  openMenu(place, items, title)
}

/** The document under a pointer, and the column where the carried region would begin. */
function targetOf(/** @type {any} */ desk, /** @type {any} */ { at, selection }, /** @type {PointerEvent} */ event) {
  for (const [id, view] of desk.views) {
    if (!view.covers(event)) continue
    const wanted = view.nearestCell(event).column - (at.column - selection.first)
    return { id, view, column: Math.min(Math.max(wanted, 0), Math.max(view.columns - selection.count, 0)) }
  }
  return null
}

function clearGhosts(/** @type {any} */ desk) {
  for (const view of desk.views.values()) if (view.overlay.ghost) view.mark({ ghost: null })
}
