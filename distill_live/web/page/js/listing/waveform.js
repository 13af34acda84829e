// @ts-check
/**
 * A sound as a picture: its peaks, the part that was played, and the line where it stands. Click or
 * drag to go there; with the keyboard it is a slider.
 *
 *   <Waveform url=… peaks=… name=… seconds=… onMeasured=… />
 *
 * `peaks` is the address of the peaks, [[min, max], …]; onMeasured(seconds) tells the length that
 * comes with them.
 */

import { get } from '../core/api.js'
import { html, useEffect, useRef, useState } from '../core/dom.js'
import { formatSeconds } from '../core/format.js'
import { player, usePlayer } from '../core/player.js'

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageDown: -5, PageUp: 5 }

/**
 * @param {{url: string, peaks: string, name: string, seconds?: number,
 *          onMeasured?: (seconds: number) => void}} props
 */
export function Waveform({ url, peaks, name, seconds, onMeasured }) {
  const canvas = useRef(/** @type {HTMLCanvasElement|null} */ (null))
  const pairs = usePeaks(peaks, canvas, onMeasured)
  const state = usePlayer(url)
  const length = seconds || state.seconds
  const share = length ? Math.min(state.position / length, 1) : 0
  useEffect(() => draw(canvas.current, pairs, share), [pairs, share])
  useEffect(() => redrawOnResize(canvas.current, () => draw(canvas.current, pairs, share)), [pairs])
  return html`<canvas
    class="waveform"
    ref=${canvas}
    role="slider"
    tabindex="0"
    aria-label=${`Position in ${name}`}
    aria-valuemin="0"
    aria-valuemax=${Math.round(length * 10) / 10}
    aria-valuenow=${Math.round(state.position * 10) / 10}
    aria-valuetext=${`${formatSeconds(state.position)} of ${formatSeconds(length)}`}
    onPointerDown=${(/** @type {PointerEvent} */ event) => drag(event, url, length)}
    onKeyDown=${(/** @type {KeyboardEvent} */ event) => step(event, url, state.position, length)}
  ></canvas>`
}

/** The peaks, asked for when the picture first comes into view. */
function usePeaks(
  /** @type {string} */ address,
  /** @type {{current: HTMLCanvasElement|null}} */ canvas,
  /** @type {((seconds: number) => void)|undefined} */ onMeasured,
) {
  const [pairs, setPairs] = useState(/** @type {number[][]} */ ([]))
  const take = (/** @type {any} */ answer) => {
    setPairs(pairsOf(answer))
    if (typeof answer?.seconds === 'number') onMeasured?.(answer.seconds)
  }
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((one) => one.isIntersecting)) return
      seen.disconnect()
      // A sound that cannot be read has no picture; playing it says why.
      get(address).then(take, () => setPairs([]))
    })
    if (canvas.current) seen.observe(canvas.current)
    return () => seen.disconnect()
  }, [address])
  return pairs
}

/** Pairs [min, max], also from a flat list. */
function pairsOf(/** @type {any} */ answer) {
  const list = answer?.peaks ?? answer ?? []
  if (Array.isArray(list[0])) return list
  return list.flatMap((/** @type {number} */ low, /** @type {number} */ n) =>
    n % 2 ? [] : [[low, list[n + 1]]],
  )
}

function drag(/** @type {PointerEvent} */ event, /** @type {string} */ url, /** @type {number} */ length) {
  const canvas = /** @type {HTMLCanvasElement} */ (event.currentTarget)
  const box = canvas.getBoundingClientRect()
  const go = (/** @type {PointerEvent} */ at) =>
    player.seek(url, (length * Math.min(Math.max(at.clientX - box.left, 0), box.width)) / box.width)
  canvas.setPointerCapture(event.pointerId)
  canvas.onpointermove = go
  canvas.onpointerup = canvas.onpointercancel = () => (canvas.onpointermove = null)
  go(event)
}

function step(
  /** @type {KeyboardEvent} */ event,
  /** @type {string} */ url,
  /** @type {number} */ position,
  /** @type {number} */ length,
) {
  const by = STEPS[/** @type {keyof typeof STEPS} */ (event.key)]
  if (event.key === ' ' || event.key === 'Enter') player.toggle(url)
  else if (event.key === 'Home') player.seek(url, 0)
  else if (event.key === 'End') player.seek(url, length)
  else if (by) player.seek(url, position + by)
  else return
  event.preventDefault()
  event.stopPropagation()
}

function redrawOnResize(/** @type {HTMLCanvasElement|null} */ canvas, /** @type {() => void} */ redraw) {
  if (!canvas) return undefined
  const watching = new ResizeObserver(redraw)
  watching.observe(canvas)
  return () => watching.disconnect()
}

function draw(
  /** @type {HTMLCanvasElement|null} */ canvas,
  /** @type {number[][]} */ pairs,
  /** @type {number} */ share,
) {
  const context = canvas?.getContext('2d')
  if (!canvas || !context) return
  const scale = devicePixelRatio || 1
  const [width, height] = [canvas.clientWidth * scale, canvas.clientHeight * scale]
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  const style = getComputedStyle(canvas)
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim()
  context.clearRect(0, 0, width, height)
  const wide = width / Math.max(pairs.length, 1)
  pairs.forEach(([low, high], n) => {
    context.fillStyle = colour((n + 0.5) / pairs.length < share ? '--text' : '--soft')
    const top = ((1 - Math.min(high, 1)) / 2) * height
    const tall = Math.max(((Math.min(high, 1) - Math.max(low, -1)) / 2) * height, scale)
    context.fillRect(n * wide, top, Math.max(wide - scale, scale), tall)
  })
  if (share > 0) {
    context.fillStyle = colour('--accent')
    context.fillRect(Math.min(share * width, width - 2 * scale), 0, 2 * scale, height)
  }
}
