// @ts-check
/**
 * The edits that a document can have: those of the instrument, and `resample`, which needs a model's
 * prior and time, so that only documents have it.
 *   editsOf() -> Map from name to E
 */

import { store } from '../core/store.js'

const RESAMPLE = {
  name: 'resample',
  doc: 'Draw a region again with the prior, so that it joins what comes before and after it.',
  partner: false,
  region: true,
  arguments: [
    { name: 'takes', doc: 'How many times it is drawn; the take that joins best is kept.', kind: 'int', min: 1, max: 64, default: 8, unit: '' },
    { name: 'temperature', doc: 'Temperature of the prior.', kind: 'float', min: 0.1, max: 2, default: 1, unit: '' },
  ],
}

export function editsOf() {
  const all = new Map(store.edits)
  if (!all.has(RESAMPLE.name)) all.set(RESAMPLE.name, RESAMPLE)
  return new Map([...all].sort(([one], [other]) => one.localeCompare(other)))
}
