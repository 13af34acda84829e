// @ts-check
/**
 * The timeline by mouse, pen and touch.
 *
 *   followPointer(view, session) -> stop
 *
 * A press or a drag paints; Alt or a long press picks a code; a drag in the ruler or with Shift
 * selects; a drag inside the selection takes it elsewhere; the wheel turns back, with Ctrl it zooms;
 * two fingers do both.
 */

import { cellsBetween, contains, regionBetween } from '../../canvas/region.js'
import { describe } from './keys.js'
import { Pinch } from './pinch.js'
import { newStroke } from './session.js'

/** A press that lasts so long without moving picks, in milliseconds. */
const LONG_MS = 500
/** A pointer that moves less than this has not moved, in CSS pixels. */
const STEADY = 6

/** @typedef {import('./session.js').TimelineSession} Session */
/** @typedef {import('../../canvas/timeline.js').TimelineView} View */

/** @param {View} view @param {Session} session */
export function followPointer(view, session) {
  const element = view.canvas.element
  /** @type {any} */
  let gesture = null
  const pinch = new Pinch(view)
  const end = (/** @type {boolean} */ done) => {
    view.standStill(false)
    if (done) gesture?.end()
    else gesture?.cancel()
    gesture = null
  }
  const handlers = {
    pointerdown: (/** @type {PointerEvent} */ event) => {
      if (event.button !== 0 || !view.layout) return
      element.setPointerCapture(event.pointerId)
      // With a second finger, the first has painted nothing: it waits until it moves or is lifted.
      if (pinch.down(event) && gesture) end(false)
      if (gesture || pinch.active) return
      view.standStill(true)
      gesture = { id: event.pointerId, ...begin(view, session, event) }
    },
    pointermove: (/** @type {PointerEvent} */ event) => {
      if (pinch.move(event)) return
      if (gesture?.id === event.pointerId) gesture.move(event)
      else if (!gesture) hover(view, session, event)
    },
    pointerup: (/** @type {PointerEvent} */ event) => {
      if (gesture?.id === event.pointerId) end(true)
      pinch.up(event)
    },
    pointercancel: (/** @type {PointerEvent} */ event) => {
      end(false)
      pinch.up(event)
    },
    wheel: (/** @type {WheelEvent} */ event) => turn(view, event),
    contextmenu: (/** @type {Event} */ event) => event.preventDefault(),
  }
  for (const [name, fn] of Object.entries(handlers)) {
    element.addEventListener(name, /** @type {any} */ (fn), { passive: false })
  }
  return () => {
    for (const [name, fn] of Object.entries(handlers)) {
      element.removeEventListener(name, /** @type {any} */ (fn))
    }
  }
}

/** What a press begins. @param {View} view @param {Session} session @param {PointerEvent} event */
function begin(view, session, event) {
  const start = view.nearestCell(event)
  const inside = session.selection && contains(session.selection, start)
  if (event.altKey) return picking(session, start)
  if (start.ruler || event.shiftKey) return selecting(view, session, start)
  if (inside) return carrying(view, session, start, event)
  return session.mode === 'select' ? selecting(view, session, start)
    : painting(view, session, start, event)
}

function picking(session, start) {
  session.pick(start)
  return { move() {}, end() {}, cancel() {} }
}

function painting(view, session, start, event) {
  let last = start, moved = false, picked = false
  const stroke = newStroke()
  const timer = setTimeout(() => {
    picked = true
    session.pick(start)
  }, LONG_MS)
  const begun = () => {
    clearTimeout(timer)
    if (session.codes[start.level] === null) session.pick(start)
    else session.paint([start], stroke)
  }
  return {
    move(/** @type {PointerEvent} */ next) {
      if (picked || (!moved && !hasMoved(event, next))) return
      if (!moved) begun()
      moved = true
      const cell = view.nearestCell(next)
      if (cell.column === last.column && rowOf(cell) === rowOf(last)) return
      session.paint(cellsBetween(last, cell, rowOf, cellOf), stroke)
      last = cell
    },
    end() {
      if (!picked && !moved) begun()
      clearTimeout(timer)
    },
    cancel() { clearTimeout(timer) },
  }

  function rowOf(/** @type {any} */ cell) {
    return cell.level * view.grid.bands + view.grid.bands - 1 - cell.band
  }

  function cellOf(/** @type {number} */ row) {
    const { bands } = view.grid
    return { level: Math.floor(row / bands), band: bands - 1 - row % bands }
  }
}

function selecting(view, session, start) {
  const before = session.selection
  let moved = false
  return {
    move(/** @type {PointerEvent} */ event) {
      moved = true
      session.select(regionBetween(start, view.nearestCell(event), session.shape, start.ruler))
    },
    end() {
      // A click beside a selection takes it away; without one it selects a single cell or column.
      if (!moved) session.select(before ? null : regionBetween(start, start, session.shape, start.ruler))
    },
    cancel() { session.select(before) },
  }
}

function carrying(view, session, start, event) {
  const region = session.selection
  let to = region.first, moved = false
  return {
    move(/** @type {PointerEvent} */ next) {
      moved ||= hasMoved(event, next)
      if (!moved) return
      to = Math.max(region.first + view.nearestCell(next).column - start.column, view.grid.start)
      view.overlay.ghost = { ...region, first: to }
    },
    end() {
      view.overlay.ghost = null
      if (moved) session.move(to)
      else session.select(null)
    },
    cancel() { view.overlay.ghost = null },
  }
}

function hasMoved(from, to) {
  return Math.hypot(to.clientX - from.clientX, to.clientY - from.clientY) > STEADY
}

/** Show what a press would do, and, after a moment, what cell it is. */
function hover(view, session, event) {
  if (!view.layout) return
  const { element } = view.canvas, cell = view.nearestCell(event)
  element.style.cursor = cursorAt(session, cell)
  element.title = cell.ruler ? 'Drag to select columns' : describe(cell, view, session)
}

function cursorAt(session, cell) {
  if (cell.ruler) return 'col-resize'
  if (session.selection && contains(session.selection, cell)) return 'grab'
  return session.mode === 'select' ? 'cell' : 'crosshair'
}

/** @param {View} view @param {WheelEvent} event */
function turn(view, event) {
  if (event.ctrlKey || event.metaKey) view.setZoom(view.zoom * Math.exp(-event.deltaY / 300))
  else if (event.deltaX || event.shiftKey) {
    view.setBack(view.back - (event.deltaX || event.deltaY) / view.zoom)
  } else return
  event.preventDefault()
}
