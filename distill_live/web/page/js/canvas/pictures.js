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
  const timer = calm ? setInterval(ask, CALM_MS) : 0
  return () => {
    clearInterval(timer)
    cancelAnimationFrame(request)
  }
}
