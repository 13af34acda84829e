// @ts-check
/**
 * Short messages in a row of their own below the tab, where they cover nothing; toast_list.js draws them.
 *   toast(text, {kind?: 'fault'|'good', action?: {label, run}})   the same text is not shown twice at once
 *   attempt(promise) -> Promise<value|undefined>                  its error becomes a toast
 *   stayMs(toast)     how long it stays: as long as one needs to notice and to read it, faults longest
 *   holdToasts(held)  while somebody points at them, none goes away
 */

const MOST = 3
const NOTICE_MS = 3000
const FAULT_NOTICE_MS = 15000
/** Slow readers read 12 letters a second. */
const LETTER_MS = 80

/** @typedef {{key: number, text: string, kind?: string, action?: {label: string, run: () => void}}} Toast */

/** @type {Toast[]} */
let toasts = []
/** @type {Map<number, ReturnType<typeof setTimeout>>} */
const timers = new Map()
let nextKey = 1
let isHeld = false
/** @type {(list: Toast[]) => void} */
let redraw = () => {}

/** @param {string} text @param {{kind?: string, action?: {label: string, run: () => void}}} [options] */
export function toast(text, { kind, action } = {}) {
  if (!text || toasts.some((one) => one.text === text)) return
  const one = { key: nextKey++, text, kind, action }
  change([...withRoom(toasts), one])
  if (!isHeld) begin(one)
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

/** @param {Pick<Toast, 'text'|'kind'|'action'>} toast */
export function stayMs({ text, kind, action }) {
  return (kind === 'fault' || action ? FAULT_NOTICE_MS : NOTICE_MS) + LETTER_MS * text.length
}

/** Show a toast no more. @param {number} key */
export function dropToast(key) {
  clearTimeout(timers.get(key))
  timers.delete(key)
  change(toasts.filter((one) => one.key !== key))
}

/** Let none go, or let them go from now on. @param {boolean} held */
export function holdToasts(held) {
  isHeld = held
  for (const timer of timers.values()) clearTimeout(timer)
  timers.clear()
  if (!held) toasts.forEach(begin)
}

/** Be told of every change; one listener. @param {(list: Toast[]) => void} fn */
export function onToasts(fn) {
  redraw = fn
  return toasts
}

function begin(/** @type {Toast} */ one) {
  timers.set(one.key, setTimeout(() => dropToast(one.key), stayMs(one)))
}

/** The toasts without the oldest, if there are too many; faults go last. */
function withRoom(/** @type {Toast[]} */ list) {
  if (list.length < MOST) return list
  const oldest = list.find((one) => one.kind !== 'fault') ?? list[0]
  clearTimeout(timers.get(oldest.key))
  timers.delete(oldest.key)
  return list.filter((one) => one !== oldest)
}

function change(/** @type {Toast[]} */ next) {
  toasts = next
  redraw(toasts)
}
