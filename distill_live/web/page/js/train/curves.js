// @ts-check
/** The curves of a training: what it has learned, and sound that it has never seen. */

import { html, useEffect, useRef, useState } from '../core/dom.js'

const LIBRARY = new URL('../../vendor/uplot-1.6.32/uPlot.iife.min.js', import.meta.url).href
const STYLE = new URL('../../vendor/uplot-1.6.32/uPlot.min.css', import.meta.url).href
const HEIGHT = 180

/** @type {Promise<any>|null} */
let loading = null

/** The library, with its style; loaded when the first curve is drawn. */
function library() {
  loading ??= new Promise((give, fail) => {
    const link = document.createElement('link')
    Object.assign(link, { rel: 'stylesheet', href: STYLE })
    link.onload = link.onerror = () => {
      // Only as a classic script, which makes a global name, does its maker minify it.
      const script = document.createElement('script')
      Object.assign(script, { src: LIBRARY, onerror: fail })
      script.onload = () => give(/** @type {any} */ (window).uPlot)
      document.head.append(script)
    }
    document.head.append(link)
  })
  return loading
}

/** @param {{phase: any}} props */
export function Curves({ phase }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null))
  const plot = useRef(/** @type {any} */ (null))
  const [ready, setReady] = useState(/** @type {any} */ (null))
  const data = columnsOf(phase)
  useEffect(() => {
    let wanted = true
    library().then((found) => wanted && setReady(() => found))
    return () => {
      wanted = false
    }
  }, [])
  useEffect(() => {
    if (!ready || !box.current) return undefined
    plot.current = new ready(settings(phase, box.current), data, box.current)
    showLast(plot.current)
    const watching = new ResizeObserver(([entry]) =>
      plot.current?.setSize({ width: entry.contentRect.width, height: HEIGHT }),
    )
    watching.observe(box.current)
    return () => {
      watching.disconnect()
      plot.current.destroy()
      plot.current = null
    }
  }, [ready])
  useEffect(() => {
    plot.current?.setData(data)
    showLast(plot.current)
  }, [phase.rows.length, phase.rows.at(-1)?.epoch])
  return html`<div class="curves" ref=${box} role="img" aria-label=${inWords(phase)}></div>`
}

/** While nobody points at the curves, the numbers below them are the newest. */
function showLast(/** @type {any} */ plot) {
  if (plot && plot.cursor.idx == null) plot.setLegend({ idx: plot.data[0].length - 1 })
}

function columnsOf(/** @type {any} */ phase) {
  const figures = (/** @type {string} */ key) => phase.rows.map((/** @type {any} */ row) => row.values?.[key] ?? null)
  return [
    phase.rows.map((/** @type {any} */ row) => row.epoch),
    figures(phase.learned),
    figures(phase.held),
  ]
}

function settings(/** @type {any} */ phase, /** @type {HTMLElement} */ box) {
  const style = getComputedStyle(box)
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim()
  const axis = { stroke: colour('--soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } }
  const line = (/** @type {string} */ label, /** @type {string} */ stroke, /** @type {number[]} */ dash) => ({
    label,
    stroke,
    dash,
    width: 2,
    points: { show: phase.rows.length < 3 },
    value: (/** @type {any} */ _, /** @type {number|null} */ value) =>
      value == null ? '–' : `${value.toFixed(2)} ${phase.unit}`,
  })
  return {
    width: box.clientWidth,
    height: HEIGHT,
    // From the first epoch on, and never a single point in the middle of nothing.
    scales: { x: { time: false, range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ last) => [1, Math.max(last, 2)] } },
    hooks: { setCursor: [showLast] },
    legend: { markers: { fill: (/** @type {any} */ _, /** @type {number} */ n) => (n === 2 ? colour('--text') : 'transparent') } },
    cursor: { drag: { x: false, y: false } },
    axes: [{ ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 1000] }, { ...axis, size: 56 }],
    series: [
      { label: 'Epoch', value: (/** @type {any} */ _, /** @type {number|null} */ epoch) => epoch ?? '–' },
      line('Learned', colour('--soft'), [4, 4]),
      line('New to it', colour('--text'), []),
    ],
  }
}

function inWords(/** @type {any} */ phase) {
  const last = phase.rows.at(-1)
  const value = last.values?.[phase.held]
  const first = phase.rows[0].values?.[phase.held]
  if (value == null || first == null) return `${phase.title}, epoch ${last.epoch} of ${last.epochs}`
  return `${phase.title}, epoch ${last.epoch} of ${last.epochs}: on new sound ${value.toFixed(2)} ${phase.unit}, at first ${first.toFixed(2)}`
}
