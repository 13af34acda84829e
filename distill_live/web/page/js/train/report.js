// @ts-check
/** What the events of a training say: curves, health, previews, lines. Pure functions. */

import { levelsOf } from '../core/store.js'

const PHASES = {
  codec: {
    title: 'Codec',
    unit: 'dB',
    learned: 'training_db',
    held: 'validation_db',
    says: 'Distance of its sound from the recordings in dB; lower is better.',
  },
  prior: {
    title: 'Prior',
    unit: 'codes',
    learned: 'training',
    held: 'validation',
    says: 'Perplexity: how many codes it hesitates between; lower is better.',
  },
  vocoder: {
    title: 'Vocoder',
    unit: '',
    learned: 'training',
    held: 'validation',
    says: 'Distance of its sound from the recordings; lower is better.',
  },
}

/** The phases that have curves, in their order. @param {any[]} events */
export function phasesOf(events) {
  return Object.entries(PHASES).flatMap(([name, phase]) => {
    // After a resume an epoch may come again: the newest one counts.
    const rows = new Map()
    for (const event of events) {
      if (event.type === 'epoch' && event.phase === name) rows.set(event.epoch, event)
    }
    return rows.size ? [{ name, ...phase, rows: [...rows.values()] }] : []
  })
}

/** The newest health of each level, with the level's colour. @param {any[]} events */
export function healthOf(events) {
  const told = events.filter((one) => one.health?.length).at(-1)?.health ?? []
  const levels = levelsOf({ levels: told.map((/** @type {any} */ one) => one.label) })
  return told.map((/** @type {any} */ one, /** @type {number} */ n) => ({
    ...one,
    verdict: String(one.verdict ?? '').toLowerCase(),
    colour: levels[n].colour,
  }))
}

/** Previews by their epochs; epoch 0 is the original. @param {any[]} events */
export function previewsOf(events) {
  const byEpoch = new Map()
  for (const event of events) if (event.type === 'preview') byEpoch.set(event.epoch, event.url)
  return [...byEpoch].sort(([a], [b]) => a - b).map(([epoch, url]) => ({ epoch, url }))
}

/** @param {any[]} events @returns {string[]} */
export const linesOf = (events) => events.filter((one) => one.type === 'line').map((one) => one.text)

/** How long it will take, in words, as it was last estimated. @param {any[]} events */
export const paceOf = (events) => events.filter((one) => one.type === 'pace').at(-1)?.words ?? ''
