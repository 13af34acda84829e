// @ts-check
/**
 * Dragging a fader with a mouse, a pen or a finger.
 *   dragging(event, {vertical, travel, setTravel})   on pointerdown; follows the pointer until it is up
 */

const FINE = 0.1
const TOUCH_SLOP_PX = 4
const NEAR_EDGE_PX = 12

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

  const pressed = vertical ? (box.bottom - event.clientY) / length : (event.clientX - box.left) / length
  const far = Math.abs(pressed - travel) * length > NEAR_EDGE_PX
  // Beside the groove are the name and the number: whoever takes hold there means no value.
  const inside = pressed >= 0 && pressed <= 1
  if (event.pointerType === 'mouse' && far && inside) {
    drag.travel = pressed
    setTravel(pressed)
  }

  const move = (/** @type {PointerEvent} */ one) => {
    if (one.pointerId !== event.pointerId) return
    const moved = along(one) - drag.at
    // A finger that only rests, or begins to scroll, moves nothing.
    if (!drag.moving && one.pointerType !== 'mouse' && Math.abs(moved) < TOUCH_SLOP_PX) return
    if (!moved) return
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
