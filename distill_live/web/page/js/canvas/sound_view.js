// @ts-check
/**
 * What sounds, as a waveform above a spectrogram, which scroll together.
 *
 *   new SoundView(host)   view.hear({min, max, spectrum}) 30 times a second; view.remove()
 */

import { INK } from './colours.js'
import { SharpCanvas } from './sharp_canvas.js'

/** The width of what one frame brings, in CSS pixels, and the share of the waveform's height. */
const STEP = 3, WAVE = 0.38
/** Frames usually come so often, in milliseconds. */
const USUAL_MS = 33.3
/** Shades from silent to loud; colours are for levels. */
const SHADES = [[0, [14, 15, 18]], [0.25, [26, 29, 37]], [0.6, [116, 118, 124]], [1, [250, 248, 240]]]

export class SoundView {
  /** @param {HTMLElement} host */
  constructor(host) {
    this._palette = shades()
    this._image = document.createElement('canvas')
    this._context = /** @type {CanvasRenderingContext2D} */ (
      this._image.getContext('2d', { willReadFrequently: true }))
    this._columns = 0
    this._last = performance.now()
    this._pace = USUAL_MS
    /** @type {any[]} what was heard lately, to draw again after a change of size */
    this._heard = []
    this.canvas = new SharpCanvas(host, () => this._lay())
    this._tick = this._tick.bind(this)
    this._request = requestAnimationFrame(this._tick)
  }

  /** @param {{min: number, max: number, spectrum: Uint8Array}} frame */
  hear(frame) {
    const now = performance.now()
    this._pace += (Math.min(now - this._last, 100) - this._pace) * 0.1
    this._last = now
    this._heard.push({ min: frame.min, max: frame.max, spectrum: frame.spectrum.slice() })
    if (this._heard.length > this._slots * 1.5) this._heard = this._heard.slice(-this._slots)
    if (this._column) this._add(this._heard[this._heard.length - 1])
  }

  remove() {
    cancelAnimationFrame(this._request)
    this.canvas.remove()
  }

  get _step() { return Math.round(STEP * this.canvas.scale) }

  get _slots() { return Math.ceil(this.canvas.width / this._step) + 2 }

  _lay() {
    this._image.width = this._slots * this._step
    this._image.height = this.canvas.height
    this._columns = 0
    this._column = this._context.createImageData(this._step, this.canvas.height)
    this._pixels = new Uint32Array(this._column.data.buffer)
    for (const frame of this._heard.slice(-this._slots)) this._add(frame)
  }

  /** Paint a frame into its slot of the image, over the oldest one. */
  _add(frame) {
    const split = Math.round(this._image.height * WAVE)
    this._pixels.fill(this._palette[0])
    this._paintWave(frame, split)
    this._paintSpectrum(frame.spectrum, split)
    this._context.putImageData(this._column, (this._columns % this._slots) * this._step, 0)
    this._columns++
  }

  _paintWave({ min, max }, height) {
    const middle = height / 2, reach = middle - 2
    const top = Math.floor(middle - Math.min(max, 1) * reach)
    const bottom = Math.ceil(middle - Math.max(min, -1) * reach)
    const colour = max >= 1 || min <= -1 ? 0xff616bff : 0xffe4eaec
    this._pixels.fill(colour, top * this._step, Math.max(bottom, top + 1) * this._step)
  }

  /** Low frequencies at the bottom. @param {Uint8Array} spectrum */
  _paintSpectrum(spectrum, top) {
    const height = this._image.height - top - 1
    for (let y = 0; y < height; y++) {
      const bin = Math.floor(((height - 1 - y) / height) * spectrum.length)
      const row = (top + 1 + y) * this._step
      this._pixels.fill(this._palette[spectrum[bin]], row, row + this._step)
    }
  }

  /** Between two frames, the picture moves on as far as the time that has passed. */
  _tick() {
    this._request = requestAnimationFrame(this._tick)
    const { context, width, height } = this.canvas
    if (!width) return
    context.fillStyle = INK.ground
    context.fillRect(0, 0, width, height)
    const share = Math.min((performance.now() - this._last) / this._pace, 1)
    this._copy(context, width + Math.round((1 - share) * this._step), height)
  }

  /** Copy the columns so that the newest ends at `right`. */
  _copy(context, right, height) {
    const count = Math.min(this._columns, this._slots)
    let column = this._columns - count, x = right - count * this._step
    while (column < this._columns) {
      const slot = column % this._slots
      const run = Math.min(this._columns - column, this._slots - slot), wide = run * this._step
      context.drawImage(this._image, slot * this._step, 0, wide, height, x, 0, wide, height)
      column += run
      x += wide
    }
  }
}

/** 256 pixels from silent to loud. */
function shades() {
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const share = level / 255
    const upper = Math.max(SHADES.findIndex(([at]) => at >= share), 1)
    const [low, from] = SHADES[upper - 1], [high, to] = SHADES[upper]
    const along = (share - low) / (high - low)
    const [red, green, blue] = from.map((one, index) => Math.round(one + (to[index] - one) * along))
    return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0
  })
}
