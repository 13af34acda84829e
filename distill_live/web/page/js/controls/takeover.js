// @ts-check
/**
 * Where a hardware control stands while it waits to be moved past the value.
 *   useWaitingTravel('temperature') -> 0..1, or null if none waits
 */

import { useEffect, useState } from '../core/dom.js'
import { store } from '../core/store.js'

/** @param {string} target */
export function useWaitingTravel(target) {
  const [travel, setTravel] = useState(() => find(target))
  useEffect(() => {
    // Draws again only if it is this one's control that has moved.
    const note = () => setTravel(find(target))
    note()
    return store.watchDocument('mappings', note)
  }, [target])
  return travel
}

/** @returns {number|null} */
function find(/** @type {string} */ target) {
  const found = store.document('mappings')?.find(
    (/** @type {any} */ one) => one.target === target && one.waiting,
  )
  return typeof found?.value === 'number' ? found.value : null
}
