// @ts-check
/**
 * Two fingers on the timeline: apart or together they zoom, side by side they turn back in time.
 *   pinch.down(event) -> whether it is the second finger; pinch.move(event) -> whether it was used;
 *   pinch.up(event); pinch.active   until all fingers are lifted
 */

export class Pinch {
  /** @param {import('../../canvas/timeline.js').TimelineView} view */
  constructor(view) {
    this.active = false
    this._view = view
    /** @type {Map<number, number>} where each finger is, from left to right */
    this._fingers = new Map()
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.pointerType !== 'touch') return false
    this._fingers.set(event.pointerId, event.clientX)
    if (this._fingers.size === 2) this.active = true
    return this._fingers.size === 2
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this._fingers.has(event.pointerId)) return false
    const before = this._spread()
    this._fingers.set(event.pointerId, event.clientX)
    if (!this.active || this._fingers.size !== 2) return this.active
    const now = this._spread(), view = this._view
    view.setZoom(view.zoom * now.width / before.width)
    view.setBack(view.back + (now.middle - before.middle) / view.zoom)
    return true
  }

  /** @param {PointerEvent} event */
  up(event) {
    this._fingers.delete(event.pointerId)
    if (!this._fingers.size) this.active = false
  }

  /** How far the two fingers are apart, one pixel at least, and the middle between them. */
  _spread() {
    const [one = 0, other = one] = this._fingers.values()
    return { width: Math.max(Math.abs(one - other), 1), middle: (one + other) / 2 }
  }
}
