// @ts-check
/** The picture of one document: all its columns, of which the scrolled part is drawn. */

import { EDITED } from '../core/frames.js'
import { INK } from '../canvas/colours.js'
import { GridColumns } from '../canvas/grid_columns.js'
import { GridLayout } from '../canvas/grid_layout.js'
import { GridView } from '../canvas/grid_view.js'
import { SharpCanvas } from '../canvas/sharp_canvas.js'
import * as marks from '../canvas/timeline_marks.js'
import { drawTimeRuler } from './time_ruler.js'

/** The heights of the ruler and above the cells of each level, in CSS pixels. */
export const RULER = 32, HEADER = 24
export const LEAST_ZOOM = 2, MOST_ZOOM = 48
const LEAST_FIRST_ZOOM = 12, MOST_FIRST_ZOOM = 32

/** Draws itself when something has changed, in `stage`, which stays in sight of `scroller`. */
export class CodesView {
  /**
   * @param {HTMLElement} scroller @param {HTMLElement} stage
   * @param {any} shape bands, levels, labels, codebookSize and columnSeconds, as of a document
   */
  constructor(scroller, stage, shape) {
    this.scroller = scroller
    this.stage = stage
    this.shape = shape
    this.columns = 0
    this.zoom = 12
    /** The zoom of a document that is shown already: both are to be compared. @type {() => number|undefined} */
    this.zoomBeside = () => undefined
    /** What is drawn over the cells. @type {any} */
    this.overlay = { selection: null, ghost: null, cursor: null, head: null }
    this._request = 0
    this._changed = () => this.redraw()
    scroller.addEventListener('scroll', this._changed, { passive: true })
    // Once there are codes.
    /** @type {GridColumns} */ this.grid
    /** @type {GridView} */ this.view
    /** @type {GridLayout} */ this.layout
    /** @type {Uint16Array} */ this._first
    this.canvas = new SharpCanvas(stage, () => this._lay())
  }

  /** Take the codes of a state; cells that differ from those that were shown first are marked. */
  take(/** @type {any} */ { columns, codes }) {
    const { bands, levels, labels, codebookSize } = this.shape, size = bands * levels
    if (columns !== this.columns) {
      this.grid = new GridColumns(bands, levels, columns)
      this.view = new GridView(this.grid, labels, codebookSize)
      this._first = codes
      if (!this.columns) this.zoom = this.zoomBeside() ?? firstZoom(this.scroller.clientWidth / columns)
      this.columns = columns
      this._lay()
    }
    for (let column = 0; column < columns; column++) {
      const own = codes.subarray(column * size, (column + 1) * size)
      const before = this._first.subarray(column * size, (column + 1) * size)
      this._put(column, own, own.every((/** @type {number} */ code, /** @type {number} */ n) => code === before[n]))
    }
    this.grid.end = columns
    this.redraw()
  }

  /** @param {number} column @param {Uint16Array} own @param {boolean} isPlain */
  _put(column, own, isPlain) {
    const { bands, levels } = this.shape, { grid } = this
    let same = grid.has(column) && (grid.flags(column) & EDITED) === (isPlain ? 0 : EDITED)
    for (let n = 0; same && n < bands * levels; n++) {
      same = grid.code(column, Math.floor(n / levels), n % levels) === own[n]
    }
    if (!same) grid.put(column, own, isPlain ? 0 : EDITED)
  }

  /** @param {any} changed of `overlay` */
  mark(changed) {
    Object.assign(this.overlay, changed)
    this.redraw()
  }

  /** The width of a column in CSS pixels; what is in the middle stays there. @param {number} zoom */
  setZoom(zoom) {
    const { scroller } = this, half = scroller.clientWidth / 2
    const middle = (scroller.scrollLeft + half) / this.zoom
    this.zoom = Math.min(Math.max(Math.round(zoom), LEAST_ZOOM), MOST_ZOOM)
    this._lay()
    scroller.scrollLeft = middle * this.zoom - half
  }

  /** Show all columns, as far as they fit. */
  fit() {
    this.setZoom(Math.floor(this.scroller.clientWidth / Math.max(this.columns, 1)))
  }

  /** Scroll until a column is in sight. @param {number} column */
  reveal(column) {
    const { scroller } = this, x = column * this.zoom, width = scroller.clientWidth
    if (x < scroller.scrollLeft || x + this.zoom > scroller.scrollLeft + width) {
      scroller.scrollLeft = x - width / 4
    }
  }

  /** The cell at a pointer; null between cells and beyond the end. @param {MouseEvent} event */
  cellAt(event) {
    const { x, y } = this.canvas.place(event)
    const found = this.layout ? this.view.hit(x, y, this._origin()) : null
    return found && found.column < this.columns ? found : null
  }

  /** The nearest cell to a pointer, and whether it is in the ruler. @param {MouseEvent} event */
  nearestCell(event) {
    const { x, y } = this.canvas.place(event)
    const column = Math.floor((x - this._origin()) / this.layout.columnWidth)
    return {
      column: Math.min(Math.max(column, 0), this.columns - 1),
      ...this.layout.nearestRow(y), ruler: y < this.layout.top,
    }
  }

  /** Whether a pointer is over the picture. @param {MouseEvent} event */
  covers({ clientX, clientY }) {
    const box = this.stage.getBoundingClientRect()
    return clientX >= box.left && clientX < box.right && clientY >= box.top && clientY < box.bottom
  }

  code(/** @type {any} */ { column, band, level }) {
    return this.grid?.code(column, band, level) ?? -1
  }

  redraw() {
    this._request ||= requestAnimationFrame(() => {
      this._request = 0
      if (this.layout && this.columns) this._draw()
    })
  }

  remove() {
    cancelAnimationFrame(this._request)
    this.scroller.removeEventListener('scroll', this._changed)
    this.canvas.remove()
  }

  _lay() {
    const { width, height, scale } = this.canvas
    const content = /** @type {HTMLElement} */ (this.stage.parentElement)
    content.style.width = `${Math.max(this.columns * this.zoom, 1)}px`
    if (!this.view || !width || !height) return
    this.layout = new GridLayout({
      bands: this.shape.bands, levels: this.shape.levels, width, height,
      top: Math.round(RULER * scale), header: Math.round(HEADER * scale),
      columnWidth: this.zoom * scale,
    })
    this.view.setLayout(this.layout, scale)
    this.redraw()
  }

  /** The x of column 0. */
  _origin() {
    return -Math.round(this.scroller.scrollLeft * this.canvas.scale)
  }

  _draw() {
    const { context, scale } = this.canvas, { layout, overlay } = this, origin = this._origin()
    context.fillStyle = INK.ground
    context.fillRect(0, 0, layout.width, this.canvas.height)
    this.view.draw(context, origin)
    const scene = {
      context, layout, scale,
      x: (/** @type {number} */ column) => Math.round(origin + column * layout.columnWidth),
    }
    drawTimeRuler(scene, this.columns, this.shape.columnSeconds)
    if (overlay.selection) marks.drawRegion(scene, overlay.selection)
    if (overlay.ghost) marks.drawRegion(scene, overlay.ghost, true)
    if (overlay.cursor) marks.drawCellFrame(scene, overlay.cursor, INK.accent)
    if (overlay.head !== null) marks.drawNow(scene, scene.x(overlay.head))
  }
}

/** Short sounds fill the width, as far as their cells do not become too wide. */
function firstZoom(/** @type {number} */ widest) {
  return Math.min(Math.max(Math.floor(widest), LEAST_FIRST_ZOOM), MOST_FIRST_ZOOM)
}
