// @ts-check
/** Which column sounds at this moment, between the frames that say so. */

/** A position that is further off, in columns, is a jump and no jitter. */
const JUMP = 1.5
/** Smaller errors are made good within this time, in seconds. */
const SETTLE = 0.3
/** Without news for so long, in seconds, time stands still. */
const PATIENCE = 0.6

/** Follows the position that frames tell, without their jitter. */
export class ScrollClock {
  /** @param {() => number} now the time in seconds */
  constructor(now = () => performance.now() / 1000) {
    this._now = now
    /** How long a column lasts, in seconds. */
    this.columnSeconds = 0.0853
    /** Columns that are looped, [begin, end) with fractions; null without a loop. */
    this.loop = null
    this.held = false
    this.running = false
    this._at = 0
    this._rate = 0
    this._since = 0
    this._known = false
  }

  /**
   * Take what a frame of meters says.
   * @param {Record<string, any>} frame as core/frames.js reads it
   */
  hear(frame) {
    if (!Number.isFinite(frame.position)) return
    const now = this._now(), before = this.at(now)
    this.held = frame.motion === 'hold'
    this.running = frame.transport === 'play' && !this.held
    const { loop_begin: begin, loop_end: end } = frame
    this.loop = frame.motion === 'loop' && end > begin ? { begin, end } : null
    this._follow(frame.position, this._wrapped(before), now)
  }

  /** The position, a column with its fraction. @param {number} time in seconds */
  at(time = this._now()) {
    const passed = Math.min(Math.max(time - this._since, 0), PATIENCE)
    return this._wrapped(this._at + passed * this._rate)
  }

  _follow(position, expected, now) {
    const nominal = this.running ? 1 / this.columnSeconds : 0
    const error = this._nearest(position - expected)
    const isOutside = this.loop !== null && expected < this.loop.begin
    const jumped = !this._known || isOutside || Math.abs(error) > JUMP || !this.running
    this._at = jumped ? position : expected
    this._rate = jumped ? nominal : Math.max(nominal + error / SETTLE, 0)
    this._since = now
    this._known = true
  }

  /** In a loop, its end and its beginning are next to each other. */
  _nearest(error) {
    if (!this.loop) return error
    const length = this.loop.end - this.loop.begin
    return error - length * Math.round(error / length)
  }

  _wrapped(position) {
    if (!this.loop || position < this.loop.end) return position
    const { begin, end } = this.loop
    return begin + (position - begin) % (end - begin)
  }
}
