// @ts-check
/**
 * What becomes of what the engine is asked for, which it says later than the answer to the message.
 *   await outcomeOf(address, values, fits)   until the engine has done it: fits(text) says whether a text
 *                                            is about this one; throws an Error with the reason if it is refused
 *   onRefusal(address, tell) -> off          tell(reason), if the engine refuses it within a few seconds
 */

import { ask, store } from '../../core/store.js'

/** Edits may wait until columns are drawn. */
const PATIENCE_MS = 30_000

/** @param {string} address @param {any[]} values @param {(text: string) => boolean} fits */
export function outcomeOf(address, values, fits) {
  const name = address.replace('/distill/', '')
  return new Promise((resolve, reject) => {
    const end = (/** @type {Error|null} */ error) => {
      stop()
      clearTimeout(timer)
      if (error) reject(error)
      else resolve(true)
    }
    const stop = store.onMessage((said, [about, text]) => {
      if (said === '/distill/done' && about === name && fits(String(text))) end(null)
      else if (isRefusal(said, about, address)) end(new Error(String(text)))
    })
    const timer = setTimeout(() => end(new Error('The instrument has not said whether this was done.')), PATIENCE_MS)
    ask(address, ...values).catch(end)
  })
}

/** @param {string} address @param {(reason: string) => void} tell */
export function onRefusal(address, tell) {
  const off = store.onMessage((said, [about, text]) => isRefusal(said, about, address) && tell(String(text)))
  setTimeout(off, PATIENCE_MS / 10)
  return off
}

const isRefusal = (/** @type {string} */ said, /** @type {any} */ about, /** @type {string} */ address) =>
  said === '/distill/error' && about === address
