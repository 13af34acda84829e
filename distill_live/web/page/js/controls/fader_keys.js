// @ts-check
/**
 * What keys and the wheel do to a fader.
 *   stepped({key, shiftKey}, travel, parameter, value) -> the new value, or null for another key
 */

import { fromTravel } from '../core/format.js'

const STEP = 0.02
const FINE = 0.004
const PAGE = 0.1
const SIGNS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }
const PAGES = { PageUp: 1, PageDown: -1 }

/**
 * @param {{key: string, shiftKey: boolean}} press
 * @param {number} travel @param {any} parameter @param {any} value
 */
export function stepped({ key, shiftKey }, travel, parameter, value) {
  if (key === 'Home') return parameter.min
  if (key === 'End') return parameter.max
  const sign = /** @type {Record<string, number>} */ (SIGNS)[key]
  const page = /** @type {Record<string, number>} */ (PAGES)[key]
  if (!sign && !page) return null
  const by = page ? page * PAGE : sign * (shiftKey ? FINE : STEP)
  const next = fromTravel(travel + by, parameter)
  if (parameter.kind === 'float' || next !== value) return next
  // Whole numbers move by one at least.
  return Math.min(Math.max(next + Math.sign(by), parameter.min), parameter.max)
}
