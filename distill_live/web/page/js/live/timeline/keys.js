// @ts-check
/**
 * The timeline by keyboard: a cursor that moves over the cells and says where it is.
 *
 *   TIMELINE_KEYS                       [{keys, text}] for the list of keys
 *   pressKey(event, view, session) -> what to say, or null if the key is none of the timeline's
 */

import { contains, regionBetween } from '../../canvas/region.js'
import { EDITED, GIVEN, PAINTED } from '../../core/frames.js'

export const TIMELINE_KEYS = [
  { keys: 'Arrows', text: 'Move the cursor over the cells (timeline focused)' },
  { keys: 'Shift+Arrows', text: 'Select cells' },
  { keys: 'Enter', text: 'Paint the cell with the chosen code' },
  { keys: 'p', text: 'Pick the code of the cell' },
  { keys: '[ or ]', text: 'Choose the code before or after' },
  { keys: 'Home', text: 'Go to the column that sounds' },
  { keys: '+ or -', text: 'Show fewer or more columns' },
  { keys: 'Ctrl+z or Ctrl+Shift+z', text: 'Undo or redo an edit' },
]

/** Columns and rows that an arrow moves by. @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

/** @typedef {import('./session.js').TimelineSession} Session */
/** @typedef {import('../../canvas/timeline.js').TimelineView} View */

/** @param {KeyboardEvent} event @param {View} view @param {Session} session */
export function pressKey(event, view, session) {
  const { key } = event
  const arrow = ARROWS[key]
  if (event.ctrlKey || event.metaKey) return step(event, session)
  if (arrow) return travel(arrow, event.shiftKey, view, session)
  const act = ACTIONS[key.length === 1 ? key.toLowerCase() : key]
  return act ? act(view, session) : null
}

/** @type {Record<string, (view: View, session: Session) => string|null>} */
const ACTIONS = {
  Enter: (view, session) => {
    const cell = placed(view, session)
    if (session.codes[cell.level] === null) session.pick(cell)
    else session.paint([cell])
    return session.hint.text
  },
  p: (view, session) => {
    session.pick(placed(view, session))
    return session.hint.text
  },
  '[': (view, session) => turn(-1, view, session),
  ']': (view, session) => turn(1, view, session),
  Home: (view, session) => {
    view.setBack(0)
    const cell = { ...placed(view, session), column: Math.floor(view.position) }
    session.setCursor(cell)
    return describe(cell, view, session)
  },
  '+': (view) => zoom(view, 1.25),
  '=': (view) => zoom(view, 1.25),
  '-': (view) => zoom(view, 0.8),
  Escape: (_, session) => {
    if (!session.selection && !session.cursor) return null
    session.select(null)
    session.setCursor(null)
    return 'Nothing is selected.'
  },
}

/** A cell in words. @param {import('../../canvas/region.js').Cell} cell */
export function describe(cell, view, session) {
  const { column, band, level } = cell
  const away = column - Math.floor(view.position), { grid } = view
  const seconds = (Math.abs(away) * session.model.columnSeconds).toFixed(2)
  const when = away === 0 ? 'now' : `${seconds} s ${away > 0 ? 'ahead' : 'ago'}`
  const code = grid.code(column, band, level), flags = grid.flags(column)
  return [
    `Column ${column}, ${when}`, session.model.levels[level], `band ${band + 1}`,
    code < 0 ? 'not drawn yet' : `code ${code}`,
    flags & PAINTED && 'painted', flags & EDITED && 'edited', flags & GIVEN && 'given',
    session.selection && contains(session.selection, cell) && 'selected',
  ].filter(Boolean).join(', ')
}

function step(event, session) {
  if (event.key.toLowerCase() !== 'z') return null
  if (event.shiftKey) session.redo()
  else session.undo()
  return ''
}

/** The cursor; one that is not in sight begins a little after the column that sounds. */
function placed(view, session) {
  const { cursor } = session
  const isInSight = cursor && Math.abs(cursor.column - view.position + view.back) < view.visible
  if (isInSight) return cursor
  return { column: Math.floor(view.position) + 2, band: cursor?.band ?? 0, level: cursor?.level ?? 0 }
}

function travel([columns, rows], selects, view, session) {
  const from = placed(view, session), { bands, levels } = view.grid
  const row = from.level * bands + bands - 1 - from.band + rows
  const inside = Math.min(Math.max(row, 0), bands * levels - 1)
  const cell = {
    column: Math.max(from.column + columns, view.grid.start),
    level: Math.floor(inside / bands),
    band: bands - 1 - inside % bands,
  }
  session.origin = selects ? session.origin ?? from : null
  session.setCursor(cell)
  if (selects) session.select(regionBetween(session.origin, cell, session.shape))
  return describe(cell, view, session)
}

function turn(by, view, session) {
  const { level, column, band } = placed(view, session)
  const now = session.codes[level] ?? view.grid.code(column, band, level)
  session.choose(level, now + by)
  return `Code ${session.codes[level]} of ${session.model.levels[level]}`
}

function zoom(view, by) {
  view.setZoom(view.zoom * by)
  return `${Math.round(view.visible)} columns are shown.`
}
