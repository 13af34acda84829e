// @ts-check
/** What can be done at a cell, by right click or long press. */

import { contains } from '../canvas/region.js'
import { openMenu } from '../controls/menu.js'
import { describe } from './grid_keys.js'
import { partOf, wholeRegion } from './parts.js'

const LONG_PRESS_MS = 600

/**
 * @param {import('./codes_view.js').CodesView} view @param {any} desk @param {string} id
 * @param {{clientX: number, clientY: number}} at
 */
export function openCellMenu(view, desk, id, { clientX, clientY }) {
  const at = /** @type {any} */ ({ clientX, clientY })
  const { document, selection } = desk.of(id), whole = wholeRegion(document)
  const near = view.nearestCell(at), cell = view.cellAt(at)
  const { column, band, level } = cell ?? near
  if (cell) desk.set(id, { cursor: cell })
  const isInside = selection && contains(selection, near)
  openMenu({ type: 'contextmenu', clientX, clientY, currentTarget: view.scroller }, [
    cell && { label: 'Hear this code', hint: 'Enter', run: () => desk.hear(id, { ...cell, code: view.code(cell) }) },
    isInside && { label: 'Hear what is selected, alone', hint: 'S', run: () => desk.hear(id, partOf(selection)) },
    { label: 'Hear the column', hint: 'C', run: () => desk.hear(id, { columns: [column, column + 1] }) },
    cell && { label: 'Hear the row alone', hint: 'R',
      run: () => desk.hear(id, partOf({ ...whole, levels: [level], bands: { begin: band, end: band + 1 } })) },
    cell && { label: `Hear ${document.labels[level]} alone`, hint: 'Q', run: () => desk.hear(id, partOf({ ...whole, levels: [level] })) },
    { label: 'Select the column', run: () => desk.set(id, { selection: { ...whole, first: column, count: 1 } }) },
  ], cell ? describe(cell, view, document) : `Column ${column}`)
}

/**
 * A long press of a finger or a pen; `cancel` it when the finger moves or goes.
 * @param {() => void} run
 */
export function longPress(run) {
  const timer = setTimeout(run, LONG_PRESS_MS)
  return () => clearTimeout(timer)
}
