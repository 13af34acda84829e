// @ts-check
/** What lies over and above the cells of the timeline: the now line, the loop, the selection. */

import { INK } from './colours.js'

/**
 * @typedef {object} Scene what is drawn, in pixels of the screen
 * @property {CanvasRenderingContext2D} context
 * @property {import('./grid_layout.js').GridLayout} layout
 * @property {number} scale
 * @property {(column: number) => number} x where a column begins
 */

/** Darken what has been heard. @param {Scene} scene @param {number} now an x */
export function drawPast({ context, layout }, now) {
  context.fillStyle = 'rgb(14 15 18 / 0.38)'
  context.fillRect(0, layout.top, Math.min(now, layout.width), layout.bottom - layout.top)
}

/** The line at the column that sounds. @param {Scene} scene @param {number} now an x */
export function drawNow({ context, layout, scale }, now) {
  const x = Math.round(now), width = Math.max(2, Math.round(2 * scale)), head = 5 * scale
  context.fillStyle = INK.accent
  context.fillRect(x - (width >> 1), layout.top, width, layout.bottom - layout.top)
  context.beginPath()
  context.moveTo(x - head, layout.top - head * 1.4)
  context.lineTo(x + head, layout.top - head * 1.4)
  context.lineTo(x, layout.top)
  context.fill()
}

/**
 * Seconds before and after `now`, an x; in a loop, seconds from its beginning, and how long it is.
 * @param {Scene} scene @param {number} now @param {number} secondWidth
 * @param {{begin: number, end: number}|null} loop
 */
export function drawRuler(scene, now, secondWidth, loop) {
  const { context, layout, scale } = scene
  context.fillStyle = INK.panel
  context.fillRect(0, 0, layout.width, layout.top)
  context.font = `${Math.round(12 * scale)}px system-ui, sans-serif`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillStyle = INK.soft
  const y = (layout.top - 6 * scale) / 2
  if (loop) {
    drawLoopRuler(scene, secondWidth, loop, y)
    return
  }
  const step = stepFor(secondWidth / scale)
  const last = Math.floor((layout.width - now) / secondWidth / step)
  for (let tick = Math.ceil(-now / secondWidth / step); tick <= last; tick++) {
    const label = tick ? `${tick > 0 ? '+' : '−'}${Math.abs(tick * step)} s` : 'now'
    context.fillText(label, now + tick * step * secondWidth, y)
  }
}

/** The seconds of a loop inside it, and its length beside it, at the left where there is room. */
function drawLoopRuler({ context, layout, scale, x }, secondWidth, loop, y) {
  const left = x(loop.begin), right = x(loop.end), seconds = (right - left) / secondWidth
  const step = stepFor(secondWidth / scale)
  for (let tick = 0; tick * step < seconds - step / 4 || tick === 0; tick++) {
    context.fillText(`${tick * step} s`, left + tick * step * secondWidth, y)
  }
  const text = `loop ${seconds.toFixed(2)} s`, room = context.measureText(text).width + 32 * scale
  const isFree = left > room
  context.textAlign = isFree ? 'right' : 'left'
  context.fillStyle = INK.text
  context.fillText(text, isFree ? left - 20 * scale : Math.min(right + 8 * scale, layout.width - room), y)
}

/** How many seconds lie between labels if one is so many CSS pixels wide. */
function stepFor(width) {
  return [0.25, 0.5, 1, 2, 5, 10, 20, 60].find((step) => step * width >= 72) ?? 120
}

/** The columns of the loop. @param {Scene} scene @param {{begin: number, end: number}} loop */
export function drawLoop({ context, layout, scale, x }, loop) {
  const left = x(loop.begin), width = x(loop.end) - left, bar = 4 * scale
  context.fillStyle = 'rgb(236 234 228 / 0.10)'
  context.fillRect(left, layout.top, width, layout.bottom - layout.top)
  context.fillStyle = INK.text
  context.fillRect(left, layout.top - bar, width, bar)
  context.fillRect(left, layout.top - bar, scale, layout.bottom - layout.top + bar)
  context.fillRect(left + width - scale, layout.top - bar, scale, layout.bottom - layout.top + bar)
}

/** The column that is held. @param {Scene} scene @param {number} column */
export function drawHeld({ context, layout, scale, x }, column) {
  context.strokeStyle = INK.text
  context.lineWidth = 2 * scale
  const left = x(column)
  context.strokeRect(left, layout.top, x(column + 1) - left, layout.bottom - layout.top)
}

/** Where the stream begins; before it there is nothing. @param {Scene} scene */
export function drawBorder({ context, layout, scale, x }, column) {
  context.strokeStyle = INK.soft
  context.lineWidth = scale
  context.setLineDash([4 * scale, 4 * scale])
  context.beginPath()
  context.moveTo(x(column), layout.top)
  context.lineTo(x(column), layout.bottom)
  context.stroke()
  context.setLineDash([])
}

/** Cells that are narrower have no room for lines between them, in CSS pixels. */
const MESH_LEAST = 5

/**
 * The cells of a region, framed level by level. Lines between the cells leave their codes readable; a
 * ghost, and cells that are too narrow, have a tint.
 * @param {Scene} scene @param {import('./region.js').Region} region @param {boolean} ghost
 */
export function drawRegion(scene, region, ghost = false) {
  const { context, layout, scale, x } = scene
  const left = x(region.first), width = x(region.first + region.count) - left
  const hasMesh = !ghost && Math.min(layout.columnWidth, layout.cellHeight) >= MESH_LEAST * scale
  for (const level of region.levels) {
    const top = layout.cellTop(region.bands.end - 1, level)
    const height = (region.bands.end - region.bands.begin) * layout.cellHeight
    if (hasMesh) drawMesh(scene, region, level)
    else {
      context.fillStyle = ghost ? 'rgb(214 242 92 / 0.24)' : 'rgb(214 242 92 / 0.36)'
      context.fillRect(left, top, width, height)
    }
    // Dark around bright: it stands out from any colour.
    if (!ghost) frame(scene, [left, top, width, height], INK.ground, 5)
    frame(scene, [left, top, width, height], INK.accent, ghost ? 2 : 3, ghost ? [6 * scale, 4 * scale] : [])
  }
}

function frame({ context, scale }, box, colour, width, dash = /** @type {number[]} */ ([])) {
  context.strokeStyle = colour
  context.lineWidth = width * scale
  context.setLineDash(dash)
  context.strokeRect(...box)
  context.setLineDash([])
}

/** Lines between the cells of a region, where there is a gap anyway. @param {Scene} scene */
function drawMesh({ context, layout, scale, x }, { first, count, bands }, level) {
  const line = Math.max(1, Math.round(scale))
  const top = layout.cellTop(bands.end - 1, level), bottom = layout.cellTop(bands.begin, level) + layout.cellHeight
  const left = Math.max(x(first), 0), right = Math.min(x(first + count), layout.width)
  context.fillStyle = INK.accent
  for (let column = first; column < first + count; column++) {
    const edge = Math.round(x(column + 1))
    if (edge > left && edge <= right) context.fillRect(edge - line, top, line, bottom - top)
  }
  for (let band = bands.begin; band < bands.end; band++) {
    context.fillRect(left, layout.cellTop(band, level) + layout.cellHeight - line, right - left, line)
  }
}

/** A frame around one cell. @param {Scene} scene */
export function drawCellFrame({ context, layout, scale, x }, cell, colour, dashed = false) {
  const left = x(cell.column), top = layout.cellTop(cell.band, cell.level)
  context.strokeStyle = colour
  context.lineWidth = 2 * scale
  context.setLineDash(dashed ? [3 * scale, 2 * scale] : [])
  context.strokeRect(left, top, layout.columnWidth, layout.cellHeight)
  context.setLineDash([])
}
