// @ts-check
/** The columns of a grid as the page knows them: codes, how they came about, what has changed. */

import { EDITED, PAINTED } from '../core/frames.js'

/**
 * Remembers the newest `capacity` columns [bands, levels]. `start` and `end` are the columns that
 * exist, `segment` counts the streams that have begun.
 */
export class GridColumns {
  /** @param {number} bands @param {number} levels @param {number} capacity */
  constructor(bands, levels, capacity) {
    this.bands = bands
    this.levels = levels
    this.capacity = capacity
    this.segment = -1
    this.start = 0
    this.end = 0
    this._size = bands * levels
    this._codes = new Uint16Array(capacity * this._size)
    /** The codes as they were before an edit, where they have been seen. */
    this._plain = new Uint16Array(capacity * this._size)
    this._plainKnown = new Uint8Array(capacity)
    this._number = new Int32Array(capacity).fill(-1)
    this._flags = new Uint8Array(capacity)
    this._entropy = new Float32Array(capacity).fill(NaN)
    this._version = new Uint32Array(capacity)
    this._versions = 0
  }

  /** Forget all columns. */
  clear() {
    this._number.fill(-1)
    this._plainKnown.fill(0)
    this.start = this.end = 0
  }

  /**
   * Take columns as a frame of the timeline brings them; see `put`. A new segment forgets the old.
   * @param {{segment: number, start: number, end: number, first: number, count: number,
   *   codes: Uint16Array, flags: Uint8Array, entropy: Float32Array}} frame
   */
  take(frame) {
    if (frame.segment !== this.segment) this.clear()
    this.segment = frame.segment
    this.start = frame.start
    this.end = frame.end
    for (let index = 0; index < frame.count; index++) {
      const codes = frame.codes.subarray(index * this._size, (index + 1) * this._size)
      this.put(frame.first + index, codes, frame.flags[index], frame.entropy[index])
    }
  }

  /**
   * Set one column: `codes` [bands, levels], `flags` as above, `entropy` in bits per code, NaN if it is
   * not known.
   * @param {number} column @param {ArrayLike<number>} codes
   */
  put(column, codes, flags = 0, entropy = NaN) {
    const slot = column % this.capacity
    if (this._number[slot] !== column) this._plainKnown[slot] = 0
    this._number[slot] = column
    this._codes.set(codes, slot * this._size)
    if (!(flags & (EDITED | PAINTED))) {
      this._plain.set(codes, slot * this._size)
      this._plainKnown[slot] = 1
    }
    this._flags[slot] = flags
    this._entropy[slot] = entropy
    this._version[slot] = ++this._versions
  }

  /** Whether a column is known. @param {number} column */
  has(column) {
    return column >= 0 && this._number[column % this.capacity] === column
  }

  /** A number that changes whenever the column does; 0 if it is not known. @param {number} column */
  version(column) {
    return this.has(column) ? this._version[column % this.capacity] : 0
  }

  /** The code of a cell, counted from 0; -1 if it is not known. */
  code(column, band, level) {
    if (!this.has(column)) return -1
    return this._codes[(column % this.capacity) * this._size + band * this.levels + level]
  }

  /** How a column came about: EDITED, GIVEN and PAINTED added together. @param {number} column */
  flags(column) {
    return this.has(column) ? this._flags[column % this.capacity] : 0
  }

  /** How undecided the prior was, in bits per code; NaN if it is not known. */
  entropy(column) {
    return this.has(column) ? this._entropy[column % this.capacity] : NaN
  }

  /** Whether a cell differs from what it was before edits, as far as that has been seen. */
  differs(column, band, level) {
    const slot = column % this.capacity
    if (!this.knowsPlain(column)) return false
    const index = slot * this._size + band * this.levels + level
    return this._codes[index] !== this._plain[index]
  }

  /** Whether a column has been seen as it was before edits. @param {number} column */
  knowsPlain(column) {
    return this.has(column) && this._plainKnown[column % this.capacity] === 1
  }

  /** How often each code of a level occurs in the columns that are known. */
  counts(level, codebookSize) {
    const counts = new Uint32Array(codebookSize)
    for (let column = this.start; column < this.end; column++) {
      for (let band = 0; band < this.bands; band++) {
        const code = this.code(column, band, level)
        if (code >= 0 && code < codebookSize) counts[code]++
      }
    }
    return counts
  }
}
