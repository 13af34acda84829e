// @ts-check
/**
 * MIDI learn: one control at a time; learn_banner.js shows what the instrument waits for.
 *   learn('temperature/structure', 'Temperature, Structure')   begins; errors become toasts
 *   onLearning(fn)   fn({label, until} | null) whenever the instrument begins or ends to wait
 *   useIsLearning('gain')   whether a control is being learned for it, here or elsewhere
 */

import { useEffect, useState } from '../core/dom.js'
import { ask, store } from '../core/store.js'
import { toast } from './toast.js'

/** How long the instrument waits for a first move; see control/midi_learn/learning.py. */
const PATIENCE_S = 30

/** @type {(attempt: {label: string, until: number}|null) => void} */
let show = () => {}

/** @param {(attempt: any) => void} fn */
export function onLearning(fn) {
  show = fn
}

/** @param {string|any[]} name a parameter, or a request and its arguments @param {string} label */
export async function learn(name, label) {
  show({ label, until: Date.now() + 1000 * PATIENCE_S })
  try {
    await ask('/distill/learn', ...[name].flat())
  } catch (error) {
    show(null)
    toast(/** @type {Error} */ (error).message, { kind: 'fault' })
  }
}

/** @param {string} address */
export function useIsLearning(address) {
  const [is, set] = useState(() => learned() === address)
  useEffect(() => {
    const note = () => set(learned() === address)
    note()
    return store.watchDocument('server', note)
  }, [address])
  return is
}

const learned = () => store.document('server')?.learning
