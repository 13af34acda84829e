// @ts-check
/**
 * Where a hardware control stands while it waits to be moved past the value.
 *   waitingTravel(mappings, 'temperature') -> 0..1, or null if none waits
 */

/** @param {any[]|undefined} mappings the document @param {string} target */
export function waitingTravel(mappings, target) {
  const found = mappings?.find((one) => one.target === target && one.waiting)
  return typeof found?.value === 'number' ? found.value : null
}
