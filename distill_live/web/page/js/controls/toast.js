// @ts-check
/**
 * Short messages at the edge of the page; toast_list.js draws them.
 *   toast(text, {kind?: 'fault'|'good', action?: {label, run}})   faults stay longer; the same text is not
 *                                                                  shown twice at once
 *   attempt(promise) -> Promise<value|undefined>                  its error becomes a toast
 */

const MOST = 3
const STAY_MS = 4000
const FAULT_STAY_MS = 12000

/** @typedef {{key: number, text: string, kind?: string, action?: {label: string, run: () => void}}} Toast */

/** @type {Toast[]} */
let toasts = []
let nextKey = 1
/** @type {(list: Toast[]) => void} */
let redraw = () => {}

/** @param {string} text @param {{kind?: string, action?: {label: string, run: () => void}}} [options] */
export function toast(text, { kind, action } = {}) {
  if (!text || toasts.some((one) => one.text === text)) return
  const key = nextKey++
  change([...toasts, { key, text, kind, action }].slice(-MOST))
  setTimeout(() => dropToast(key), kind === 'fault' || action ? FAULT_STAY_MS : STAY_MS)
}

/** @template T @param {Promise<T>} promise @returns {Promise<T|undefined>} */
export async function attempt(promise) {
  try {
    return await promise
  } catch (error) {
    toast(/** @type {Error} */ (error).message, { kind: 'fault' })
    return undefined
  }
}

/** Show a toast no more. @param {number} key */
export function dropToast(key) {
  change(toasts.filter((one) => one.key !== key))
}

/** Be told of every change; one listener. @param {(list: Toast[]) => void} fn */
export function onToasts(fn) {
  redraw = fn
  return toasts
}

function change(/** @type {Toast[]} */ next) {
  toasts = next
  redraw(toasts)
}
