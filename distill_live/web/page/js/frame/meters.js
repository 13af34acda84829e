// @ts-check
/**
 * The newest meter frame, for everything that shows a number of it.
 *   meters()                 the newest frame (see core/frames.js), or null
 *   useMeter(pick)           pick(frame) -> a value; rerenders only when that value changes
 */

import { useEffect, useState } from '../core/dom.js'
import { onFrame } from '../core/store.js'
import { KINDS, readMeters } from '../core/frames.js'

/** @type {any} */
let newest = null
/** @type {Set<() => void>} */
const watchers = new Set()

onFrame(KINDS.meters, (view) => {
  newest = readMeters(view)
  for (const fn of watchers) fn()
})

export const meters = () => newest

/** @template T @param {(frame: any) => T} pick @returns {T|undefined} */
export function useMeter(pick) {
  const [value, setValue] = useState(() => (newest ? pick(newest) : undefined))
  useEffect(() => {
    const note = () => setValue(() => pick(newest))
    watchers.add(note)
    return () => watchers.delete(note)
  }, [])
  return value
}
