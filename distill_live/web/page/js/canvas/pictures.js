// @ts-check
/**
 * When what moves is drawn.
 *
 *   isCalm()              whether people want little motion
 *   everyPicture(draw)    draws from now on -> a function that ends it
 */

/** With little motion, the time from one picture to the next, in milliseconds: about a column. */
const CALM_MS = 83

/** Whether the browser is set to reduced motion. */
export function isCalm() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}

/** What asks for its next picture, with little motion: all at one moment, so that they share it. A
 * picture costs the browser more than what is drawn in it. @type {Set<() => void>} */
const asks = new Set()
let timer = 0

/** Draw each picture of the screen, or, with little motion, twelve a second.
 * @param {() => void} draw */
export function everyPicture(draw) {
  const calm = isCalm()
  let request = 0
  const picture = () => {
    request = calm ? 0 : requestAnimationFrame(picture)
    draw()
  }
  // A hidden page has no pictures: one request waits until it is seen again.
  const ask = () => { request ||= requestAnimationFrame(picture) }
  ask()
  if (calm) {
    asks.add(ask)
    timer ||= window.setInterval(() => asks.forEach((one) => one()), CALM_MS)
  }
  return () => {
    cancelAnimationFrame(request)
    asks.delete(ask)
    if (asks.size) return
    clearInterval(timer)
    timer = 0
  }
}
