// @ts-check
/** Where the cells of a grid lie, in pixels of the screen. */

/**
 * Levels are groups below each other, coarse to fine, each under a line for its name; in a group,
 * low bands lie at the bottom.
 */
export class GridLayout {
  /**
   * @param {{bands: number, levels: number, width: number, height: number, top?: number,
   *   header?: number, columnWidth: number}} size in pixels of the screen; `top` is left free above
   *   the first group, `header` above each
   */
  constructor({ bands, levels, width, height, top = 0, header = 0, columnWidth }) {
    this.bands = bands
    this.levels = levels
    this.width = width
    this.height = height
    this.top = top
    this.header = header
    this.columnWidth = Math.max(1, Math.round(columnWidth))
    const room = height - top - levels * header
    this.cellHeight = Math.max(1, Math.floor(room / (bands * levels)))
    this.groupHeight = header + bands * this.cellHeight
  }

  /** The y where the lowest group ends. */
  get bottom() { return this.top + this.levels * this.groupHeight }

  /** The y of the cells of a level's highest band. @param {number} level */
  groupTop(level) {
    return this.top + level * this.groupHeight + this.header
  }

  /** The y of a cell. @param {number} band @param {number} level */
  cellTop(band, level) {
    return this.groupTop(level) + (this.bands - 1 - band) * this.cellHeight
  }

  /** The band and level at a y, counted from 0; null outside of the cells. @param {number} y */
  rowAt(y) {
    const level = Math.floor((y - this.top) / this.groupHeight)
    if (level < 0 || level >= this.levels || y < this.groupTop(level)) return null
    const row = Math.floor((y - this.groupTop(level)) / this.cellHeight)
    return { band: this.bands - 1 - row, level }
  }

  /** The same, but the nearest row where there is none. @param {number} y */
  nearestRow(y) {
    const highest = this.groupTop(0), lowest = this.bottom - 1
    const inside = Math.min(Math.max(y, highest), lowest)
    return this.rowAt(inside) ?? this.rowAt(inside + this.header) ?? { band: 0, level: 0 }
  }
}
