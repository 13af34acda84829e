// @ts-check
/** A canvas with exactly as many pixels as the screen has in its place. */

export class SharpCanvas {
  /**
   * Fills `host`, whose size the style sheet gives. `onResize` is called after each change of size.
   * @param {HTMLElement} host @param {() => void} onResize
   */
  constructor(host, onResize) {
    this.element = document.createElement('canvas')
    this.element.className = 'sharp-canvas'
    this.element.setAttribute('aria-hidden', 'true')
    host.append(this.element)
    this.context = /** @type {CanvasRenderingContext2D} */ (
      this.element.getContext('2d', { alpha: false }))
    /** Pixels of the screen in one CSS pixel. */
    this.scale = 1
    this._onResize = onResize
    this._observer = new ResizeObserver(([entry]) => this._fit(entry))
    this._observer.observe(host)
  }

  /** In pixels of the screen. */
  get width() { return this.element.width }
  get height() { return this.element.height }

  /** The place of a pointer event, in pixels of the screen. @param {MouseEvent} event */
  place(event) {
    const box = this.element.getBoundingClientRect()
    return { x: (event.clientX - box.left) * this.scale, y: (event.clientY - box.top) * this.scale }
  }

  remove() {
    this._observer.disconnect()
    this.element.remove()
  }

  /** @param {ResizeObserverEntry} entry */
  _fit(entry) {
    this.scale = window.devicePixelRatio || 1
    const exact = entry.devicePixelContentBoxSize?.[0]
    const width = whole(entry.contentRect.width * this.scale, exact?.inlineSize)
    const height = whole(entry.contentRect.height * this.scale, exact?.blockSize)
    if (!width || !height) return
    this.element.width = width
    this.element.height = height
    this._onResize()
  }
}

/**
 * A length in whole pixels, as the browser has rounded it. Where a browser emulates another screen,
 * what it says of its pixels is not of that screen.
 * @param {number} length @param {number} [exact]
 */
function whole(length, exact) {
  return exact !== undefined && Math.abs(exact - length) <= 1 ? exact : Math.round(length)
}
