// @ts-check
/** The ruler above a document: seconds, and the head of every column. */

import { INK } from '../canvas/colours.js'

/** @param {import('../canvas/timeline_marks.js').Scene} scene @param {number} columns */
export function drawTimeRuler(scene, columns, columnSeconds) {
  const { context, layout, scale } = scene
  context.fillStyle = INK.panel
  context.fillRect(0, 0, layout.width, layout.top)
  drawHeads(scene, columns)
  const secondWidth = layout.columnWidth / columnSeconds, step = stepFor(secondWidth / scale)
  context.font = `${Math.round(12 * scale)}px system-ui, sans-serif`
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillStyle = INK.soft
  const first = Math.max(Math.floor(-scene.x(0) / secondWidth / step), 0)
  for (let tick = first; tick * step <= columns * columnSeconds; tick++) {
    const x = scene.x((tick * step) / columnSeconds)
    if (x > layout.width) break
    context.fillText(`${Number((tick * step).toFixed(2))} s`, x + 4 * scale, layout.top - 20 * scale)
    context.fillRect(x, layout.top - 28 * scale, scale, 16 * scale)
  }
}

/** A mark for each column, where there is room: what is pressed to hear it. */
function drawHeads({ context, layout, scale, x }, columns) {
  const gap = layout.columnWidth >= 5 * scale ? Math.max(1, Math.round(scale)) : 0
  context.fillStyle = INK.line
  const first = Math.max(Math.floor(-x(0) / layout.columnWidth), 0)
  for (let column = first; column < columns && x(column) < layout.width; column++) {
    context.fillRect(x(column), layout.top - 8 * scale, layout.columnWidth - gap, 6 * scale)
  }
}

/** How many seconds lie between labels if one is so many CSS pixels wide. */
function stepFor(width) {
  return [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60, 120, 300].find((step) => step * width >= 72) ?? 600
}
