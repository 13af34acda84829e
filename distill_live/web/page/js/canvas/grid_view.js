// @ts-check
/** Draws a grid of codes; each column is painted once, and again only when it has changed. */

import { Inks, numberInk, paintColumn } from './cell_painter.js'
import { css, levelColour } from './colours.js'

/** Cells from this size on show their code as a number, in CSS pixels. */
const NUMBER_WIDTH = 22, NUMBER_HEIGHT = 12

/**
 * Keeps as many columns as fit beside each other as an image, and copies them to where they are
 * wanted. Columns are looked for in `grid`, by number.
 */
export class GridView {
  /**
   * @param {import('./grid_columns.js').GridColumns} grid @param {string[]} labels the levels' names
   * @param {number} codebookSize
   */
  constructor(grid, labels, codebookSize) {
    this.grid = grid
    this.labels = labels
    this._inks = new Inks(grid.levels, codebookSize)
    this._image = document.createElement('canvas')
    this._context = /** @type {CanvasRenderingContext2D} */ (
      this._image.getContext('2d', { willReadFrequently: true }))
    this._slots = 0
    this._scale = 1
    /** How many columns were painted since the view was made: what it has cost. */
    this.painted = 0
    // Once there is a layout.
    /** @type {import('./grid_layout.js').GridLayout} */ this.layout
    /** @type {ImageData} */ this._column
    /** @type {Uint32Array} */ this._pixels
    /** @type {Int32Array} */ this._shown
    /** @type {Uint32Array} */ this._versions
  }

  /**
   * Use another layout; `scale` is the pixels of the screen in a CSS pixel.
   * @param {import('./grid_layout.js').GridLayout} layout
   */
  setLayout(layout, scale = 1) {
    this.layout = layout
    this._scale = scale
    this._slots = Math.ceil(layout.width / layout.columnWidth) + 2
    this._image.width = this._slots * layout.columnWidth
    this._image.height = layout.height
    this._column = this._context.createImageData(layout.columnWidth, layout.height)
    this._pixels = new Uint32Array(this._column.data.buffer)
    this._shown = new Int32Array(this._slots).fill(-1)
    this._versions = new Uint32Array(this._slots)
  }

  /**
   * Draw the columns so that column 0 would begin at `origin`, an x of `context`.
   * @param {CanvasRenderingContext2D} context @param {number} origin
   */
  draw(context, origin) {
    const { columnWidth, width } = this.layout
    const first = Math.max(Math.floor(-origin / columnWidth), 0)
    const end = Math.min(Math.ceil((width - origin) / columnWidth), first + this._slots)
    for (let column = first; column < end; column++) this._renew(column)
    this._copy(context, first, end, origin)
  }

  /** Write the names of the levels above their groups. @param {CanvasRenderingContext2D} context */
  drawLabels(context, x = 8) {
    const { layout, _scale: scale } = this
    context.font = `600 ${Math.round(12 * scale)}px system-ui, sans-serif`
    context.textAlign = 'left'
    context.textBaseline = 'middle'
    this.labels.forEach((label, level) => {
      context.fillStyle = css(levelColour(level, layout.levels))
      context.fillText(label, x * scale, layout.groupTop(level) - layout.header / 2)
    })
  }

  /**
   * The cell at a place, counted from 0, or null between the cells.
   * @param {number} x @param {number} y @param {number} origin as for `draw`
   */
  hit(x, y, origin) {
    const row = this.layout.rowAt(y)
    const column = Math.floor((x - origin) / this.layout.columnWidth)
    return row && column >= 0 ? { column, ...row } : null
  }

  /** Paint a column, unless it is painted as it is now. @param {number} column */
  _renew(column) {
    const slot = column % this._slots, version = this.grid.version(column)
    if (this._shown[slot] === column && this._versions[slot] === version) return
    this._shown[slot] = column
    this._versions[slot] = version
    this.painted++
    const numbers = this._hasNumbers()
    if (version) paintColumn(this._pixels, this.grid, column, this.layout, this._inks, !numbers)
    else this._pixels.fill(0)
    this._context.putImageData(this._column, slot * this.layout.columnWidth, 0)
    if (version && numbers) this._number(column, slot * this.layout.columnWidth)
  }

  _hasNumbers() {
    const { columnWidth, cellHeight } = this.layout
    return columnWidth >= NUMBER_WIDTH * this._scale && cellHeight >= NUMBER_HEIGHT * this._scale
  }

  _number(column, x) {
    const { layout, grid, _context: context } = this
    const size = Math.min(12 * this._scale, layout.cellHeight - 2)
    context.font = `600 ${Math.round(size)}px system-ui, sans-serif`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    for (let level = 0; level < layout.levels; level++) {
      for (let band = 0; band < layout.bands; band++) {
        const code = grid.code(column, band, level)
        context.fillStyle = numberInk(this._inks, this._inks.index(level, code))
        const y = layout.cellTop(band, level) + layout.cellHeight / 2
        context.fillText(String(code), x + layout.columnWidth / 2, y)
      }
    }
  }

  /** Copy columns, which lie in one or two runs in the image. */
  _copy(context, first, end, origin) {
    const { columnWidth, height } = this.layout
    let column = first
    while (column < end) {
      const slot = column % this._slots
      const count = Math.min(end - column, this._slots - slot)
      const left = Math.round(origin + column * columnWidth), width = count * columnWidth
      context.drawImage(this._image, slot * columnWidth, 0, width, height, left, 0, width, height)
      column += count
    }
  }
}
