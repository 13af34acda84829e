// @ts-check
/** The grid by keyboard: a cursor that hears, selects and plays rows and columns. */

import { regionBetween, regionWords } from '../canvas/region.js'
import { formatSeconds } from '../core/format.js'
import { partOf, wholeRegion } from './parts.js'

export const GRID_KEYS = [
  { keys: 'Arrow keys', text: 'Move between cells; with Shift, select' },
  { keys: 'Home or End', text: 'First, last column' },
  { keys: 'Enter', text: 'Hear the code of the cell' },
  { keys: 'c', text: 'Hear the column' },
  { keys: 'r', text: 'Hear the row alone' },
  { keys: 'q', text: 'Hear the level alone' },
  { keys: 's', text: 'Hear what is selected, alone' },
  { keys: 'Space', text: 'Play the document, or stop it' },
  { keys: 'Ctrl+a', text: 'Select everything' },
  { keys: 'Escape', text: 'Select nothing' },
]

/**
 * What a key does; returns what is to be said, or null if it is not a key of the grid.
 * @param {KeyboardEvent} event @param {import('./codes_view.js').CodesView} view @param {any} desk @param {string} id
 */
export function pressKey(event, view, desk, id) {
  const sheet = desk.of(id)
  const cursor = sheet.cursor ?? { column: 0, band: sheet.document.bands - 1, level: 0 }
  const to = moved(event.key, cursor, sheet.document)
  if (to && !event.ctrlKey && !event.metaKey && !event.altKey) return go(to, event.shiftKey, view, desk, id)
  const doing = actions(view, desk, id, cursor)[(event.ctrlKey || event.metaKey ? 'Ctrl+' : '') + event.key]
  if (!doing || event.altKey) return null
  return doing() ?? ''
}

function actions(/** @type {any} */ view, /** @type {any} */ desk, /** @type {string} */ id, /** @type {any} */ cursor) {
  const { document, selection } = desk.of(id), whole = wholeRegion(document)
  const { column, band, level } = cursor
  const select = (/** @type {any} */ next) => {
    desk.set(id, { selection: next })
    return next ? regionWords(next, document.labels, document) : 'Nothing is selected.'
  }
  return /** @type {Record<string, () => string|void>} */ ({
    Enter: () => desk.hear(id, { ...cursor, code: view.code(cursor) }),
    c: () => desk.hear(id, { columns: [column, column + 1] }),
    r: () => desk.hear(id, partOf({ ...whole, levels: [level], bands: { begin: band, end: band + 1 } })),
    q: () => desk.hear(id, partOf({ ...whole, levels: [level] })),
    s: () => desk.hear(id, partOf(selection ?? whole)),
    ' ': () => togglePlay(desk, id),
    'Ctrl+a': () => select(whole),
    Escape: () => select(null),
  })
}

/** Play the selected columns, or all; or stop. @param {any} desk @param {string} id */
export function togglePlay(desk, id) {
  const { sound, playing, loading } = desk.hearing.state
  if (sound?.id === id && (playing || loading)) return desk.hearing.stop()
  const { document, selection } = desk.of(id)
  const { first, count } = selection ?? wholeRegion(document)
  desk.hear(id, { columns: [first, first + count] })
}

function go(/** @type {any} */ to, /** @type {boolean} */ selects, /** @type {any} */ view, /** @type {any} */ desk, /** @type {string} */ id) {
  const { document, cursor, anchor } = desk.of(id)
  const from = selects ? (anchor ?? cursor ?? to) : null
  const selection = from && regionBetween(from, to, document)
  desk.set(id, { cursor: to, anchor: from, ...(selects && { selection }) })
  view.reveal(to.column)
  return selection ? regionWords(selection, document.labels, document) : describe(to, view, document)
}

/** A cell in words. @param {any} cell @param {any} view @param {any} document */
export function describe(cell, view, document) {
  const at = formatSeconds(cell.column * document.columnSeconds)
  return `Column ${cell.column}, ${at}: ${document.labels[cell.level]}, band ${cell.band + 1}, code ${view.code(cell)}`
}

/** Where a key leads; rows go from the highest band of the first level down. */
function moved(/** @type {string} */ key, /** @type {any} */ cell, /** @type {any} */ { columns, bands, levels }) {
  const row = cell.level * bands + (bands - 1 - cell.band)
  const steps = /** @type {Record<string, number[]>} */ ({
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    PageUp: [-16, 0], PageDown: [16, 0], Home: [-columns, 0], End: [columns, 0],
  })[key]
  if (!steps) return null
  const next = clip(row + steps[1], bands * levels)
  return {
    column: clip(cell.column + steps[0], columns),
    level: Math.floor(next / bands), band: bands - 1 - (next % bands),
  }
}

const clip = (/** @type {number} */ value, /** @type {number} */ count) => Math.min(Math.max(value, 0), count - 1)
