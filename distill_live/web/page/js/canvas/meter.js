// @ts-check
/**
 * How loud the output is: Meter({vertical?}), with a mark that falls and a light for clipping.
 *
 *   MeterNeedle   follows peak and RMS; without a document, so that it can be tested
 */

import { html, useEffect, useRef, useState } from '../core/dom.js'
import { formatDecibels } from '../core/format.js'
import { KINDS, readMeters } from '../core/frames.js'
import { onFrame } from '../core/store.js'
import { INK } from './colours.js'
import { everyPicture } from './pictures.js'
import { SharpCanvas } from './sharp_canvas.js'

/** The quietest level that is shown, in dB. */
const FLOOR = -60
/** How long the mark stays, in seconds, and how fast it falls then, in dB per second. */
const STAY = 1.2, FALL = 24
/** A peak from here on clips. */
const CLIP = 0.999

/** Where a level is on the scale, 0..1. @param {number} amplitude 1 is full scale */
export function meterShare(amplitude) {
  if (!(amplitude > 0)) return 0
  return Math.min(Math.max(1 - (20 * Math.log10(amplitude)) / FLOOR, 0), 1)
}

/** What the meter shows; times are in seconds. */
export class MeterNeedle {
  constructor() {
    this.rms = 0
    this.peak = 0
    this.clipped = false
    this._mark = 0
    this._since = 0
  }

  /** @param {number} rms @param {number} peak @param {number} now */
  hear(rms, peak, now) {
    this.rms = rms || 0
    this.peak = peak || 0
    if (this.peak >= CLIP) this.clipped = true
    if (meterShare(this.peak) >= this.mark(now)) {
      this._mark = meterShare(this.peak)
      this._since = now
    }
  }

  /** The mark's place on the scale, 0..1. @param {number} now */
  mark(now) {
    const falling = Math.max(now - this._since - STAY, 0) * (FALL / -FLOOR)
    return Math.max(this._mark - falling, 0)
  }
}

/** @param {{vertical?: boolean}} props */
export function Meter({ vertical = false }) {
  const host = useRef(/** @type {HTMLElement|null} */ (null))
  const needle = useRef(new MeterNeedle()).current
  const [shown, setShown] = useState({ rms: 0, clipped: false })
  useEffect(() => animate(/** @type {HTMLElement} */ (host.current), needle, vertical), [vertical])
  useEffect(() => {
    const timer = setInterval(() => setShown(
      ({ rms, clipped }) => rms === needle.rms && clipped === needle.clipped
        ? { rms, clipped } : { rms: needle.rms, clipped: needle.clipped }), 500)
    return () => clearInterval(timer)
  }, [])
  const forget = () => {
    needle.clipped = false
    setShown({ ...shown, clipped: false })
  }
  return html`<div class=${vertical ? 'meter vertical' : 'meter'}>
    <div class="meter-scale" ref=${host} role="meter" aria-label="Output level" aria-valuemin=${FLOOR}
      aria-valuemax="0" aria-valuenow=${Math.round(FLOOR * (1 - meterShare(shown.rms)))}
      aria-valuetext=${formatDecibels(shown.rms)}></div>
    <button type="button" class="meter-clip" data-clipped=${shown.clipped} onClick=${forget}
      aria-label=${shown.clipped ? 'The output has clipped: forget it' : 'The output has not clipped'}
      title=${shown.clipped ? 'The output has clipped. Press to forget it.' : 'No clipping'}></button>
  </div>`
}

/** @param {HTMLElement} host @param {MeterNeedle} needle */
function animate(host, needle, vertical) {
  const now = () => performance.now() / 1000
  const canvas = new SharpCanvas(host, () => draw(canvas, needle, now(), vertical))
  const stop = everyPicture(() => draw(canvas, needle, now(), vertical))
  const off = onFrame(KINDS.meters, (data) => {
    const { rms, falling_peak: peak } = readMeters(data)
    needle.hear(rms, peak, now())
  })
  return () => {
    stop()
    off()
    canvas.remove()
  }
}

function draw(canvas, needle, now, vertical) {
  const { context, width, height, scale } = canvas
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.fillStyle = INK.raised
  context.fillRect(0, 0, width, height)
  const length = vertical ? height : width, thickness = vertical ? width : height
  if (vertical) context.setTransform(0, -1, 1, 0, 0, height)
  bar(context, meterShare(needle.peak) * length, thickness, 'rgb(236 234 228 / 0.3)')
  bar(context, meterShare(needle.rms) * length, thickness, INK.text)
  const mark = needle.mark(now)
  context.fillStyle = mark >= meterShare(CLIP) ? INK.fault : INK.text
  if (mark > 0) context.fillRect(mark * length - 2 * scale, 0, 2 * scale, thickness)
}

function bar(context, length, thickness, colour) {
  context.fillStyle = colour
  context.fillRect(0, 0, Math.round(length), thickness)
}
