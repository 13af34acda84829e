// @ts-check
/**
 * How often each code occurs in the recordings: a row of cells for each level, the brighter the more
 * often. Point at a cell, or move with the arrow keys, to read its count.
 */

import { html, useEffect, useRef, useState } from '../core/dom.js'

const ROW = 32
const GAP = 8
/** A code that never occurs, and the dimmest of those that do, as opacity. */
const DEAD = 0.06
const DIMMEST = 0.18

/** @param {{counts: number[][], levels: any[]}} props */
export function HeatMap({ counts, levels }) {
  const canvas = useRef(/** @type {HTMLCanvasElement|null} */ (null))
  const [cell, setCell] = useState(/** @type {{level: number, code: number}|null} */ (null))
  useEffect(() => {
    const redraw = () => draw(canvas.current, counts, levels, cell)
    redraw()
    const watching = new ResizeObserver(redraw)
    if (canvas.current) watching.observe(canvas.current)
    return () => watching.disconnect()
  }, [counts, cell])
  const move = (/** @type {KeyboardEvent} */ event) => {
    const next = moved(cell ?? { level: 0, code: 0 }, event.key, counts)
    if (!next) return
    event.preventDefault()
    setCell(cell ? next : { level: 0, code: 0 })
  }
  return html`<div class="heat">
    <canvas
      ref=${canvas}
      class="heat-map"
      role="img"
      tabindex="0"
      aria-label="How often each code is used; arrow keys read the cells"
      style=${{ height: `${counts.length * (ROW + GAP) - GAP}px` }}
      onPointerMove=${(/** @type {PointerEvent} */ event) => setCell(cellAt(event, counts))}
      onPointerDown=${(/** @type {PointerEvent} */ event) => setCell(cellAt(event, counts))}
      onPointerLeave=${() => setCell(null)}
      onKeyDown=${move}
    ></canvas>
    <p class="soft" aria-live="polite">${inWords(cell, counts, levels)}</p>
  </div>`
}

function inWords(/** @type {any} */ cell, /** @type {number[][]} */ counts, /** @type {any[]} */ levels) {
  if (!cell) return 'Each cell is a code. Bright ones are common in the recordings, dark ones never occur.'
  const row = counts[cell.level]
  const total = row.reduce((sum, one) => sum + one, 0) || 1
  const count = row[cell.code]
  const share = ((100 * count) / total).toFixed(1)
  const label = levels[cell.level]?.label ?? `Level ${cell.level + 1}`
  if (!count) return `${label}, code ${cell.code}: never used`
  return `${label}, code ${cell.code}: ${count} ${count === 1 ? 'time' : 'times'}, ${share} % of the level`
}

function moved(/** @type {any} */ cell, /** @type {string} */ key, /** @type {number[][]} */ counts) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
  const [down, right] = steps[/** @type {keyof typeof steps} */ (key)] ?? []
  if (down === undefined) return null
  const level = Math.min(Math.max(cell.level + down, 0), counts.length - 1)
  return { level, code: Math.min(Math.max(cell.code + right, 0), counts[level].length - 1) }
}

function cellAt(/** @type {PointerEvent} */ event, /** @type {number[][]} */ counts) {
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
