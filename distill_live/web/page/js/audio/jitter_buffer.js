// @ts-check
/**
 * Takes sound in pieces that come unevenly, and gives it out evenly, a chosen time later.
 *
 *   new JitterBuffer(rate, latency)         rate of what comes and goes in Hz, latency in seconds
 *   buffer.push(samples, channels, position)  interleaved 16-bit samples; position counts samples
 *   buffer.pull([left, right])              fills both, with silence where nothing has come
 *
 * The clocks of the two machines never agree. The buffer plays a little faster or slower, by less
 * than can be heard, so that it stays as full as it should be.
 */

/** The most that the pace differs from 1: 5 cents. */
const MOST_BEND = 0.003
/** How much the pace bends for each second that the buffer is too full. */
const BEND = 0.03
/** How long the fill is averaged, in seconds: longer than the pieces are. */
const AVERAGE = 2
/** How long sound fades out before a gap, and in after it, in seconds. */
const FADE = 0.004
/** The most that is kept beyond the latency, in seconds: more is thrown away. */
const EXCESS = 0.4
/** A hole in the positions up to this long, in seconds, is played as silence; else all begins anew. */
const LONGEST_HOLE = 0.5

export class JitterBuffer {
  /** @param {number} rate @param {number} latency */
  constructor(rate, latency) {
    this.rate = rate
    this.latency = latency
    /** How often there was nothing to play, or something was missing on the way. */
    this.gaps = 0
    this._size = 2 ** Math.ceil(Math.log2(rate * 3))
    this._left = new Float32Array(this._size)
    this._right = new Float32Array(this._size)
    this._expected = NaN
    // Set when it begins anew.
    /** @type {number} */ this._written
    /** @type {number} */ this._read
    /** @type {number} */ this._average
    /** @type {number} */ this._gain
    /** @type {number[]} */ this._ended
    this.restart()
  }

  /** Begin anew: wait until as much has come as the latency says. */
  restart() {
    this._written = 0
    /** Where it reads, in samples, with a fraction. */
    this._read = 0
    this._playing = false
    this._average = this.latency
    this._gain = 0
    this._ended = [0, 0]
  }

  /** What is there to be played, in seconds. */
  get fill() { return (this._written - this._read) / this.rate }

  /** How much faster than usual it plays: 0 is not at all. */
  get bend() {
    return Math.min(Math.max((this._average - this.latency) * BEND, -MOST_BEND), MOST_BEND)
  }

  /** The position of the sample that is played next, as `push` counts. */
  get position() { return this._expected - (this._written - this._read) }

  /** Whether sound is coming out. */
  get playing() { return this._playing }

  /** @param {number} latency in seconds */
  setLatency(latency) {
    this.latency = latency
    this.restart()
  }

  /** @param {Int16Array} samples @param {number} channels @param {number} position */
  push(samples, channels, position) {
    const hole = Number.isNaN(this._expected) ? 0 : position - this._expected
    if (hole < 0 || hole > LONGEST_HOLE * this.rate) this._lose()
    else if (hole > 0 && this._playing) this._skip(hole)
    this._expected = position + samples.length / channels
    const right = channels > 1 ? 1 : 0
    for (let index = 0; index < samples.length; index += channels) {
      this._append(samples[index] / 32768, samples[index + right] / 32768)
    }
    if (this.fill > this.latency + EXCESS) {
      if (this._playing) this.gaps++
      this._read = this._written - this.latency * this.rate
    }
  }

  /** Fill two arrays of the same length. @param {Float32Array[]} outputs */
  pull([left, right]) {
    const { length } = left
    if (!this._playing && this.fill >= this.latency) this._begin()
    this._average += (this.fill - this._average) * Math.min(length / (this.rate * AVERAGE), 1)
    const step = 1 + this.bend, fade = 1 / (FADE * this.rate)
    for (let index = 0; index < length; index++) {
      if (this._playing && this._written - this._read < 4) this._stop()
      this._gain = Math.min(Math.max(this._gain + (this._playing ? fade : -fade), 0), 1)
      this._give(left, right, index)
      if (this._playing) this._read += step
    }
  }

  /** Begin anew because too much is missing, or another stream has begun. */
  _lose() {
    if (this._playing) this.gaps++
    this.restart()
  }

  /** Play from where exactly the latency is ahead: after a gap, much may come at once. */
  _begin() {
    this._read = this._written - this.latency * this.rate
    this._playing = true
    this._average = this.latency
  }

  _stop() {
    this._playing = false
    this.gaps++
  }

  /** What did not come is silence, so that the rest is not early. @param {number} count */
  _skip(count) {
    this.gaps++
    for (let index = 0; index < count; index++) this._append(0, 0)
  }

  _append(left, right) {
    const at = this._written % this._size
    this._left[at] = left
    this._right[at] = right
    this._written++
  }

  /** One sample of each side; after the end, the last one fades away. */
  _give(left, right, index) {
    if (this._playing) {
      this._ended[0] = this._between(this._left)
      this._ended[1] = this._between(this._right)
    }
    left[index] = this._ended[0] * this._gain
    right[index] = this._ended[1] * this._gain
  }

  /** The sample at the reading place: a cubic through the four around it (Catmull and Rom). */
  _between(samples) {
    const whole = Math.floor(this._read), part = this._read - whole, size = this._size
    const a = whole > 0 ? samples[(whole - 1) % size] : samples[0]
    const b = samples[whole % size], c = samples[(whole + 1) % size], d = samples[(whole + 2) % size]
    const slope = c - a, bend = 2 * a - 5 * b + 4 * c - d, twist = 3 * (b - c) + d - a
    return b + 0.5 * part * (slope + part * (bend + part * twist))
  }
}
