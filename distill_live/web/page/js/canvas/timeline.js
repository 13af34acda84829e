// @ts-check
/** The timeline of the stream: what was heard, what sounds, and what can still be changed. */

import { INK } from './colours.js'
import { GridColumns } from './grid_columns.js'
import { GridLayout } from './grid_layout.js'
import { GridView } from './grid_view.js'
import { everyPicture, isCalm } from './pictures.js'
import { ScrollClock } from './scroll_clock.js'
import { SharpCanvas } from './sharp_canvas.js'
import * as marks from './timeline_marks.js'

/** More columns than the server sends at once. */
const CAPACITY = 1024
/** The heights of the ruler and of the levels' names, in CSS pixels. */
const RULER = 28, HEADER = 18
/** How many columns are shown after the now line, and the share of the width that they get at most. */
const AHEAD = 24, AHEAD_SHARE = 0.38
/** How fast the picture glides after a jump, in milliseconds, and over how many columns at most. */
const GLIDE_MS = 80, LONGEST_GLIDE = 400
export const LEAST_ZOOM = 2, MOST_ZOOM = 48

/** Draws itself in `host` at the pace of the screen, from frames that `take` and `hear` get. */
/** @typedef {import('./region.js').Cell} Cell */
/** @typedef {import('./region.js').Region} Region */

export class TimelineView {
  /**
   * @param {HTMLElement} host
   * @param {{bands: number, levels: string[], codebookSize: number, columnSeconds: number}} model
   */
  constructor(host, model) {
    this.grid = new GridColumns(model.bands, model.levels.length, CAPACITY)
    this.view = new GridView(this.grid, model.levels, model.codebookSize)
    this.clock = new ScrollClock()
    this.clock.columnSeconds = model.columnSeconds
    /** The width of a column in CSS pixels. */
    this.zoom = 12
    /** How far the view is turned back from now, in columns; 0 follows. */
    this.back = 0
    /** What is drawn over the cells; see timeline_session.js. */
    /** @type {{selection: Region|null, ghost: Region|null, cursor: Cell|null, pending: Cell[]}} */
    this.overlay = { selection: null, ghost: null, cursor: null, pending: [] }
    /** Called after each picture, with the time it has cost in milliseconds. */
    this.onDraw = (/** @type {number} */ _cost) => {}
    /** The column at the now line's usual place, with its fraction; null before the first picture. */
    this._anchor = null
    /** Where the anchor should be, and how far it still is from there after a jump. */
    this._target = 0
    this._offset = 0
    this._still = false
    this._calm = isCalm()
    this._drawn = performance.now()
    /** Once its size is known. @type {import('./grid_layout.js').GridLayout} */ this.layout
    this.canvas = new SharpCanvas(host, () => this._lay())
    this._stop = everyPicture(() => this._tick())
  }

  /** @param {any} frame columns, kind 1 */
  take(frame) { this.grid.take(frame) }

  /** @param {any} frame meters, kind 2 */
  hear(frame) { this.clock.hear(frame) }

  /** Set the width of a column, in CSS pixels. @param {number} zoom */
  setZoom(zoom) {
    this.zoom = Math.min(Math.max(zoom, LEAST_ZOOM), MOST_ZOOM)
    this._lay()
  }

  /** Turn back by some columns, within what is known. @param {number} columns */
  setBack(columns) {
    this.back = Math.min(Math.max(columns, 0), Math.max(this.clock.at() - this.grid.start, 0))
  }

  /** Stand still while a pointer is down, so that cells do not run away from it. */
  standStill(still) { this._still = still }

  /** The column that sounds, with its fraction. */
  get position() { return this.clock.at() }

  /** How many columns fit beside each other. */
  get visible() { return this.layout ? this.layout.width / this.layout.columnWidth : 0 }

  /** The cell at a pointer; null between cells. @param {MouseEvent} event */
  cellAt(event) {
    const { x, y } = this.canvas.place(event)
    return this.layout ? this.view.hit(x, y, this._origin()) : null
  }

  /** The nearest cell to a pointer, and whether it is in the ruler. @param {MouseEvent} event */
  nearestCell(event) {
    const { x, y } = this.canvas.place(event)
    const column = Math.floor((x - this._origin()) / this.layout.columnWidth)
    const row = this.layout.nearestRow(y)
    return { column: Math.max(column, 0), ...row, ruler: y < this.layout.top }
  }

  /** Where a cell is, in CSS pixels from the top left corner. */
  cellCentre({ column, band, level }) {
    const { scale } = this.canvas, { layout } = this
    return {
      x: (this._origin() + (column + 0.5) * layout.columnWidth) / scale,
      y: (layout.cellTop(band, level) + layout.cellHeight / 2) / scale,
    }
  }

  remove() {
    this._stop()
    this.canvas.remove()
  }

  _lay() {
    const { width, height, scale } = this.canvas
    if (!width || !height) return
    const { bands, levels } = this.grid
    const top = Math.round(RULER * scale), least = Math.round(HEADER * scale)
    // What whole rows leave over is shared by the levels' names.
    const rest = Math.max(height - top - levels * least, 0) % (bands * levels)
    this.layout = new GridLayout({
      bands, levels, width, height, top, header: least + Math.floor(rest / levels),
      columnWidth: this.zoom * scale,
    })
    this.view.setLayout(this.layout, scale)
  }

  _tick() {
    const begun = performance.now()
    this._scroll(begun - this._drawn)
    this._drawn = begun
    if (this.layout && this.canvas.element.isConnected) this._draw()
    this.onDraw(performance.now() - begun)
  }

  /** Follow the position; glide where it jumps. In a loop, the picture stands at the loop's end. */
  _scroll(passed) {
    const { loop } = this.clock, position = this.clock.at()
    const fits = loop && this.layout && (loop.end - loop.begin) * this.layout.columnWidth < this._nowX
    const target = (fits ? loop.end : position) - this.back
    const jump = this._anchor === null ? 0 : this._target - target
    const usual = 1.5 + passed / 500 / this.clock.columnSeconds
    this._target = target
    if (this._still && this._anchor !== null) this._offset = this._anchor - target
    else this._offset = this._settled(this._offset + (Math.abs(jump) > usual ? jump : 0), passed)
    this._anchor = target + this._offset
  }

  /** What is left of an offset when some milliseconds have passed. */
  _settled(offset, passed) {
    const isFar = Math.abs(offset) > LONGEST_GLIDE, isNear = Math.abs(offset) < 0.01
    return this._calm || isFar || isNear ? 0 : offset * Math.exp(-passed / GLIDE_MS)
  }

  /** The usual x of the now line. */
  get _nowX() {
    const { width, columnWidth } = this.layout
    return Math.round(width - Math.min(AHEAD * columnWidth, AHEAD_SHARE * width))
  }

  /** The x of column 0. */
  _origin() {
    const { layout } = this
    return Math.round(this._nowX - (this._anchor ?? 0) * layout.columnWidth)
  }

  /** The x of a position; while the view follows it, always the same. */
  _now(position) {
    const { columnWidth } = this.layout
    return Math.round(this._nowX + (position - (this._anchor ?? position)) * columnWidth)
  }

  _draw() {
    const { context } = this.canvas, { layout } = this, origin = this._origin()
    context.fillStyle = INK.ground
    context.fillRect(0, 0, layout.width, this.canvas.height)
    this.view.draw(context, origin)
    this._drawMarks({
      context, layout, scale: this.canvas.scale,
      x: (column) => Math.round(origin + column * layout.columnWidth),
    })
    this.view.drawLabels(context)
  }

  /** @param {import('./timeline_marks.js').Scene} scene */
  _drawMarks(scene) {
    const { clock, grid, overlay } = this, position = clock.at(), now = this._now(position)
    marks.drawPast(scene, now)
    marks.drawRuler(scene, now, scene.layout.columnWidth / clock.columnSeconds, clock.loop)
    if (grid.end > grid.start) marks.drawBorder(scene, grid.start)
    if (clock.loop) marks.drawLoop(scene, clock.loop)
    if (clock.held) marks.drawHeld(scene, Math.floor(position))
    for (const cell of overlay.pending) marks.drawCellFrame(scene, cell, INK.text, true)
    if (overlay.selection) marks.drawRegion(scene, overlay.selection)
    if (overlay.ghost) marks.drawRegion(scene, overlay.ghost, true)
    if (overlay.cursor) marks.drawCellFrame(scene, overlay.cursor, INK.accent)
    marks.drawNow(scene, now)
  }
}
