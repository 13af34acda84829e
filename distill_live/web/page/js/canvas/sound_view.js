// @ts-check
/**
 * What sounds, as a waveform above a spectrogram, which scroll together.
 *
 *   new SoundView(host, kept)   view.hear({min, max, past, spectrum}) 30 times a second
 *   view.remove() -> what another view can begin with, as `kept`
 *
 * The waveform's height is in decibels, so that quiet sound can be seen; labels give the scale.
 */

import { INK } from './colours.js'
import { everyPicture } from './pictures.js'
import { SharpCanvas } from './sharp_canvas.js'

/** The width of what one frame brings, in CSS pixels, and the share of the waveform's height. */
const STEP = 3, WAVE = 0.5
/** The quietest level of the waveform, and the one with a label, in dBFS. */
const FLOOR = -60, LABELLED = -30
/** Frames usually come so often, in milliseconds. */
const USUAL_MS = 33.3
/** Shades from silent to loud; colours are for levels. */
/** @type {[number, number[]][]} */
const SHADES = [[0, [14, 15, 18]], [0.25, [26, 29, 37]], [0.6, [116, 118, 124]], [1, [250, 248, 240]]]
const SILENCE = { min: 0, max: 0, spectrum: new Uint8Array(1) }

export class SoundView {
  /** @param {HTMLElement} host @param {{heard: any[], at: number}|null} kept */
  constructor(host, kept = null) {
    this._palette = shades()
    this._image = document.createElement('canvas')
    this._context = /** @type {CanvasRenderingContext2D} */ (
      this._image.getContext('2d', { willReadFrequently: true }))
    this._columns = 0
    this._last = performance.now()
    this._pace = USUAL_MS
    /** @type {any[]} what was heard lately, to draw again after a change of size */
    this._heard = kept?.heard ?? []
    /** For how many milliseconds nothing was heard since. */
    this._away = kept ? performance.now() - kept.at : 0
    /** @type {any[]} what sounded before the first frame, as the server sends it first */
    this._past = []
    // Once its size is known.
    /** @type {ImageData} */ this._column
    /** @type {Uint32Array} */ this._pixels
    this.canvas = new SharpCanvas(host, () => this._lay())
    this._stop = everyPicture(() => this._tick())
  }

  /** @param {{min: number, max: number, past: boolean, spectrum: Uint8Array}} frame */
  hear(frame) {
    const own = { min: frame.min, max: frame.max, spectrum: frame.spectrum.slice() }
    if (frame.past) return void this._past.push(own)
    if (this._past.length || this._away) this._catchUp()
    const now = performance.now()
    this._pace += (Math.min(now - this._last, 100) - this._pace) * 0.1
    this._last = now
    this._heard.push(own)
    if (this._heard.length > this._slots * 1.5) this._heard = this._heard.slice(-this._slots)
    if (this._column) this._add(own)
  }

  remove() {
    this._stop()
    this.canvas.remove()
    return { heard: this._heard, at: performance.now() }
  }

  get _step() { return Math.round(STEP * this.canvas.scale) }

  get _slots() { return Math.ceil(this.canvas.width / this._step) + 2 }

  /** Put the past after what is known already; what was missed in between is left free. */
  _catchUp() {
    const missed = Math.round(this._away / USUAL_MS) - this._past.length
    const known = missed < 0 ? this._heard.slice(0, missed) : this._heard
    const gap = Array(Math.min(Math.max(missed, 0), this._slots)).fill(SILENCE)
    this._heard = [...known, ...gap, ...this._past]
    this._past = []
    this._away = 0
    this._lay()
  }

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
    const middle = height / 2, reach = middle - 1
    const top = Math.floor(middle - waveShare(max) * reach)
    const bottom = Math.ceil(middle - waveShare(min) * reach)
    const colour = max >= 1 || min <= -1 ? 0xff616bff : 0xffe4eaec
    this._pixels.fill(colour, Math.max(top, 0) * this._step, Math.max(bottom, top + 1) * this._step)
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
    const { context, width, height } = this.canvas
    if (!width) return
    context.fillStyle = INK.ground
    context.fillRect(0, 0, width, height)
    const share = Math.min((performance.now() - this._last) / this._pace, 1)
    this._copy(context, width + Math.round((1 - share) * this._step), height)
    if (this._heard.length) this._drawAxis(context, height)
  }

  /** Which level and which frequencies the edges mean. */
  _drawAxis(context, height) {
    const { scale } = this.canvas, split = Math.round(height * WAVE)
    context.font = `${Math.round(11 * scale)}px system-ui, sans-serif`
    context.textAlign = 'left'
    const write = (/** @type {string} */ text, /** @type {number} */ y, /** @type {any} */ baseline) => {
      context.textBaseline = baseline
      const { width } = context.measureText(text), size = 14 * scale
      context.fillStyle = 'rgb(14 15 18 / 0.92)'
      context.fillRect(0, baseline === 'top' ? y : y - size, width + 12 * scale, size)
      context.fillStyle = INK.soft
      context.fillText(text, 6 * scale, baseline === 'top' ? y + 2 * scale : y - 2 * scale)
    }
    write('0 dBFS', 0, 'top')
    if (split >= 44 * scale) write(`−${-LABELLED}`, split / 4, 'top')
    if (height - split < 30 * scale) return
    write('18 kHz', split + 1, 'top')
    write('40 Hz', height, 'bottom')
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

/** How far from the middle a sample is drawn, -1..1: by its decibels above the floor. @param {number} sample */
export function waveShare(sample) {
  const level = 20 * Math.log10(Math.max(Math.abs(sample), 1e-9))
  return Math.sign(sample) * Math.min(Math.max(1 - level / FLOOR, 0), 1)
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
