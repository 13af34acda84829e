// @ts-check
/**
 * Dragging a fader with a mouse, a pen or a finger.
 *   dragging(event, {vertical, travel, setTravel})   on pointerdown; follows the pointer until it is up
 *   forgetClick(fader)                               before anything else sets its value
 *
 * A click of the mouse sets the value where it was pressed, but only once no second click can follow:
 * a double click resets the fader, and its first click must not make the sound jump.
 */

const FINE = 0.1
/** A pointer that moves less than this has not moved, in CSS pixels. */
const SLOP_PX = 4
const NEAR_EDGE_PX = 12
/** A second press within this time makes a double click. */
const DOUBLE_MS = 300

/** Clicks that have not set their value yet, by fader. @type {WeakMap<Element, ReturnType<typeof setTimeout>>} */
const waiting = new WeakMap()

/** @param {PointerEvent} event @param {{vertical: boolean, travel: number, setTravel: (travel: number) => void}} fader */
export function dragging(event, { vertical, travel, setTravel }) {
  if (event.button !== 0) return
  const element = /** @type {HTMLElement} */ (event.currentTarget)
  const box = (element.querySelector('.fader-groove') ?? element).getBoundingClientRect()
  const length = vertical ? box.height : box.width
  const along = (/** @type {PointerEvent} */ one) => (vertical ? -one.clientY : one.clientX)
  const drag = { at: along(event), travel, moving: false }
  element.focus({ preventScroll: true })
  element.setPointerCapture(event.pointerId)

  forgetClick(element)
  const pressed = vertical ? (box.bottom - event.clientY) / length : (event.clientX - box.left) / length
  if (event.pointerType === 'mouse' && setsValue(pressed, travel, length)) {
    drag.travel = pressed
    waiting.set(element, setTimeout(() => setTravel(drag.travel), DOUBLE_MS))
  }

  const move = (/** @type {PointerEvent} */ one) => {
    if (one.pointerId !== event.pointerId) return
    const moved = along(one) - drag.at
    // A finger that only rests, or begins to scroll, moves nothing, and neither does a double click.
    if (!drag.moving && Math.abs(moved) < SLOP_PX) return
    if (!moved) return
    forgetClick(element)
    drag.moving = true
    drag.at = along(one)
    drag.travel = Math.min(Math.max(drag.travel + (moved / length) * (one.shiftKey ? FINE : 1), 0), 1)
    setTravel(drag.travel)
  }
  const end = () => {
    element.removeEventListener('pointermove', move)
    element.removeEventListener('pointerup', end)
    element.removeEventListener('pointercancel', end)
    element.removeEventListener('lostpointercapture', end)
  }
  element.addEventListener('pointermove', move)
  element.addEventListener('pointerup', end)
  element.addEventListener('pointercancel', end)
  element.addEventListener('lostpointercapture', end)
}

/** @param {Element} fader */
export const forgetClick = (fader) => clearTimeout(waiting.get(fader))

/**
 * Whether a press sets the value under the pointer. Near the handle it takes hold of it instead; outside the groove
 * are the name and the number. @param {number} pressed @param {number} travel @param {number} length
 */
function setsValue(pressed, travel, length) {
  return pressed >= 0 && pressed <= 1 && Math.abs(pressed - travel) * length > NEAR_EDGE_PX
}
