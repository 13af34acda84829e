// @ts-check
/**
 * How often each code occurs in the recordings: a row of cells for each level, the brighter the more
 * often. Point at a cell, or move with the arrow keys, to read its count; press it to hear it.
 */

import { openMenu } from '../controls/menu.js'
import { html, useEffect, useRef, useState } from '../core/dom.js'

const ROW = 32
const GAP = 8
/** A code that never occurs, and the dimmest of those that do, as opacity. */
const DEAD = 0.06
const DIMMEST = 0.18

/** @typedef {{level: number, code: number}} Cell */

/** @param {{counts: number[][], levels: any[], hear: (cell: Cell) => void, loading: boolean}} props */
export function HeatMap({ counts, levels, hear, loading }) {
  const canvas = useRef(/** @type {HTMLCanvasElement|null} */ (null))
  const [cell, setCell] = useState(/** @type {Cell|null} */ (null))
  useEffect(() => {
    const redraw = () => draw(canvas.current, counts, levels, cell)
    redraw()
    const watching = new ResizeObserver(redraw)
    if (canvas.current) watching.observe(canvas.current)
    return () => watching.disconnect()
  }, [counts, cell])
  const press = (/** @type {MouseEvent} */ event) => {
    const found = cellAt(event, counts)
    setCell(found)
    if (found) hear(found)
  }
  const menu = (/** @type {MouseEvent} */ event) => {
    const found = cellAt(event, counts)
    setCell(found)
    if (found) openMenu(event, [{ label: 'Hear this code', hint: 'Enter', run: () => hear(found) }], nameOf(found, levels))
  }
  const move = (/** @type {KeyboardEvent} */ event) => {
    if (cell && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault()
      return hear(cell)
    }
    const next = moved(cell ?? { level: 0, code: 0 }, event.key, counts)
    if (!next) return
    event.preventDefault()
    setCell(cell ? next : { level: 0, code: 0 })
  }
  return html`<div class="heat">
    <canvas
      ref=${canvas}
      class="heat-map"
      role="application"
      tabindex="0"
      aria-label="How often each code is used; arrow keys read the cells, Enter plays one"
      style=${{ height: `${counts.length * (ROW + GAP) - GAP}px` }}
      onPointerMove=${(/** @type {PointerEvent} */ event) => setCell(cellAt(event, counts))}
      onClick=${press}
      onContextMenu=${menu}
      onPointerLeave=${() => setCell(null)}
      onKeyDown=${move}
    ></canvas>
    <p class="soft" aria-live="polite">${loading ? 'Rendering the sound …' : inWords(cell, counts, levels)}</p>
  </div>`
}

function inWords(/** @type {any} */ cell, /** @type {number[][]} */ counts, /** @type {any[]} */ levels) {
  if (!cell) return 'Each cell is a code: press one to hear it. Bright ones are common in the recordings, dark ones never occur.'
  const row = counts[cell.level]
  const total = row.reduce((sum, one) => sum + one, 0) || 1
  const count = row[cell.code]
  const share = ((100 * count) / total).toFixed(1)
  if (!count) return `${nameOf(cell, levels)}: never used`
  return `${nameOf(cell, levels)}: ${count} ${count === 1 ? 'time' : 'times'}, ${share} % of the level`
}

const nameOf = (/** @type {Cell} */ cell, /** @type {any[]} */ levels) =>
  `${levels[cell.level]?.label ?? `Level ${cell.level + 1}`}, code ${cell.code}`

function moved(/** @type {any} */ cell, /** @type {string} */ key, /** @type {number[][]} */ counts) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
  const [down, right] = steps[/** @type {keyof typeof steps} */ (key)] ?? []
  if (down === undefined) return null
  const level = Math.min(Math.max(cell.level + down, 0), counts.length - 1)
  return { level, code: Math.min(Math.max(cell.code + right, 0), counts[level].length - 1) }
}

function cellAt(/** @type {MouseEvent} */ event, /** @type {number[][]} */ counts) {
  const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect()
  const level = Math.floor((event.clientY - box.top) / (ROW + GAP))
  const row = counts[level]
  const code = Math.floor(((event.clientX - box.left) / box.width) * (row?.length ?? 0))
  return row && code >= 0 && code < row.length ? { level, code } : null
}

function draw(
  /** @type {HTMLCanvasElement|null} */ canvas,
  /** @type {number[][]} */ counts,
  /** @type {any[]} */ levels,
  /** @type {any} */ cell,
) {
  const context = canvas?.getContext('2d')
  if (!canvas || !context) return
  const scale = devicePixelRatio || 1
  const size = { width: canvas.clientWidth * scale, height: canvas.clientHeight * scale }
  Object.assign(canvas, size)
  context.scale(scale, scale)
  const style = getComputedStyle(canvas)
  counts.forEach((row, level) => {
    const wide = canvas.clientWidth / row.length
    const most = Math.log1p(Math.max(...row)) || 1
    context.fillStyle = style.getPropertyValue(`--${levels[level]?.colour ?? 'structure'}`)
    row.forEach((count, code) => {
      context.globalAlpha = count ? DIMMEST + ((1 - DIMMEST) * Math.log1p(count)) / most : DEAD
      context.fillRect(code * wide, level * (ROW + GAP), Math.max(wide - (wide > 4 ? 1 : 0), 0.5), ROW)
    })
  })
  context.globalAlpha = 1
  if (!cell) return
  const wide = canvas.clientWidth / counts[cell.level].length
  context.strokeStyle = style.getPropertyValue('--text')
  context.lineWidth = 2
  context.strokeRect(cell.code * wide - 1, cell.level * (ROW + GAP), wide + 2, ROW)
}
