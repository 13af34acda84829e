// @ts-check
/** Paints one column of a grid into the pixels of an image. */

import { codeLook, pixel } from './colours.js'
import { EDITED, PAINTED } from '../core/frames.js'

const BRIGHT = pixel([0xec, 0xea, 0xe4])
/** Cells smaller than this have no figure, in pixels. */
const FIGURE_LEAST = 6

/** What codes look like, looked up by level and code. */
export class Inks {
  /** @param {number} levels @param {number} codebookSize */
  constructor(levels, codebookSize) {
    this._size = codebookSize
    const count = levels * codebookSize
    this.fills = new Uint32Array(count)
    this.marks = new Uint32Array(count)
    this.figures = new Uint8Array(count)
    for (let index = 0; index < count; index++) {
      const look = codeLook(index % codebookSize, Math.floor(index / codebookSize), levels)
      this.fills[index] = pixel(look.fill)
      this.marks[index] = pixel(look.mark)
      this.figures[index] = look.figure
    }
  }

  /** Where a code stands in the tables. @param {number} level @param {number} code */
  index(level, code) {
    return level * this._size + Math.min(code, this._size - 1)
  }
}

/**
 * Paint a column into `pixels`, which are `layout.columnWidth` wide and `layout.height` high.
 * @param {Uint32Array} pixels
 * @param {import('./grid_columns.js').GridColumns} grid @param {number} column
 * @param {import('./grid_layout.js').GridLayout} layout @param {Inks} inks
 * @param {boolean} figures whether codes have their figures, which would cross out numbers
 */
export function paintColumn(pixels, grid, column, layout, inks, figures = true) {
  pixels.fill(0)
  const isMarked = marksOf(grid, column, layout)
  const painted = (grid.flags(column) & PAINTED) !== 0 && grid.knowsPlain(column)
  for (let level = 0; level < layout.levels; level++) {
    for (let band = 0; band < layout.bands; band++) {
      const ink = inks.index(level, grid.code(column, band, level))
      const cell = cellBox(layout, layout.cellTop(band, level))
      fillCell(pixels, layout.columnWidth, cell, inks, ink, figures)
      if (isMarked(band, level)) markCell(pixels, layout.columnWidth, cell, painted)
    }
  }
}

/**
 * Which cells of a column have a mark: those that edits have changed. An edit that is on may change a
 * column before it is shown, and then nobody knows which: its top cell stands for all of them.
 * @returns {(band: number, level: number) => boolean}
 */
export function marksOf(grid, column, layout) {
  if (!(grid.flags(column) & (EDITED | PAINTED))) return () => false
  if (grid.knowsPlain(column)) return (band, level) => grid.differs(column, band, level)
  return (band, level) => level === 0 && band === layout.bands - 1
}

/** The part of a cell that is painted: with room around it where cells are large enough. */
function cellBox(layout, top) {
  const right = layout.columnWidth - (layout.columnWidth >= 5 ? 1 : 0)
  const bottom = top + layout.cellHeight - (layout.cellHeight >= 4 ? 1 : 0)
  return { top, right, bottom }
}

function fillCell(pixels, stride, { top, right, bottom }, inks, ink, figures) {
  const fill = inks.fills[ink]
  for (let y = top; y < bottom; y++) pixels.fill(fill, y * stride, y * stride + right)
  const figure = figures && Math.min(right, bottom - top) >= FIGURE_LEAST ? inks.figures[ink] : 0
  if (figure) drawFigure(pixels, stride, figureBox(figure, top, right, bottom), inks.marks[ink])
}

/** The box [left, top, right, bottom] of a figure 1..3 in a cell. @returns {[number, number, number, number]} */
function figureBox(figure, top, right, bottom) {
  const high = bottom - top
  if (figure === 1) return [0, top, Math.max(2, Math.round(right * 0.25)), bottom]
  if (figure === 2) return [0, bottom - Math.max(2, Math.round(high * 0.3)), right, bottom]
  const size = Math.max(2, Math.round(Math.min(right, high) * 0.35))
  const x = (right - size) >> 1, y = top + ((high - size) >> 1)
  return [x, y, x + size, y + size]
}

function drawFigure(pixels, stride, [left, top, right, bottom], ink) {
  for (let y = top; y < bottom; y++) pixels.fill(ink, y * stride + left, y * stride + right)
}

/** A painted cell has a bright frame, an edited one a bright corner. */
function markCell(pixels, stride, { top, right, bottom }, painted) {
  if (painted && right >= 4 && bottom - top >= 4) {
    drawFigure(pixels, stride, [0, top, right, top + 1], BRIGHT)
    drawFigure(pixels, stride, [0, bottom - 1, right, bottom], BRIGHT)
    drawFigure(pixels, stride, [0, top, 1, bottom], BRIGHT)
    drawFigure(pixels, stride, [right - 1, top, right, bottom], BRIGHT)
    return
  }
  const size = Math.max(1, Math.min(4, right >> 1, (bottom - top) >> 1))
  for (let row = 0; row < size; row++) {
    drawFigure(pixels, stride, [right - size + row, top + row, right, top + row + 1], BRIGHT)
  }
}

/** The colour of a code's number on its cell: black or white, one of which has a contrast of 4.5. */
export function numberInk(inks, ink) {
  const value = inks.fills[ink]
  const [red, green, blue] = [value, value >> 8, value >> 16].map((one) => linear((one & 255) / 255))
  // Black and white have the same contrast against a luminance of 0.179 (WCAG 2).
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff'
}

const linear = (/** @type {number} */ one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
