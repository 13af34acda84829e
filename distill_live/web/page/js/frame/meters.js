// @ts-check
/**
 * The newest meter frame, for everything that shows a number of it.
 *   meters()                 the newest frame (see core/frames.js), or null
 *   useMeter(pick)           pick(frame) -> a value; rerenders only when that value changes
 */

import { useEffect, useState } from '../core/dom.js'
import { onFrame, watch } from '../core/store.js'
import { KINDS } from '../core/frames.js'

/** @type {any} */
let newest = null
/** @type {Set<() => void>} */
const watchers = new Set()

onFrame(KINDS.meters, (frame) => {
  newest = frame
  for (const fn of watchers) fn()
})

export const meters = () => newest

/** @template T @param {(frame: any) => T} pick @returns {T|undefined} */
export function useMeter(pick) {
  const [value, setValue] = useState(() => (newest ? pick(newest) : undefined))
  useEffect(() => {
    const note = () => setValue(() => pick(newest))
    watchers.add(note)
    const unwatch = watch('meters')
    return () => {
      watchers.delete(note)
      unwatch()
    }
  }, [])
  return value
}
