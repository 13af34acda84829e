// @ts-check
/**
 * What moves a parameter besides the page: controllers, OSC controls and modulators of the patch.
 *   useSources('temperature/structure') -> ['cc 21, channel 1', 'lfo sine, seconds 4'], often empty
 *   shortSource('cc 21, channel 1')     -> 'cc 21', and 'osc' for any OSC control
 */

import { useEffect, useState } from '../core/dom.js'
import { store } from '../core/store.js'

/** @param {string} target @returns {string[]} */
export function useSources(target) {
  const [text, setText] = useState(() => find(target))
  useEffect(() => {
    // Mappings are told whenever a control moves: drawn again only if it is mapped otherwise.
    const note = () => setText(find(target))
    note()
    return store.watchDocument('mappings', note)
  }, [target])
  return text ? text.split('\n') : []
}

/** @param {string} source */
export const shortSource = (source) => (source.startsWith('osc ') ? 'osc' : source.split(',')[0])

function find(/** @type {string} */ target) {
  const mappings = store.document('mappings') ?? []
  return mappings.filter((/** @type {any} */ one) => one.target === target && !one.request)
    .map((/** @type {any} */ one) => one.source).join('\n')
}
