// @ts-check
/**
 * The sound that plays in this browser; it goes on whatever part of the page is shown.
 *
 *   listening() -> {sound, report} or null   report: what the player said last
 *   listen(sound)                            starts it instead of what plays; listen(null) stops that
 *   useListening()                           a hook that rerenders with every report
 *
 * A sound has start() -> Promise, stop() and onReport (see audio/browser_audio.js).
 */

import { useEffect, useState } from './dom.js'

/** @typedef {{start: () => Promise<void>, stop: () => void, onReport: (report: any) => void}} Sound */

/** @type {{sound: any, report: any}|null} */
let now = null
/** @type {Set<() => void>} */
const listeners = new Set()

export const listening = () => now

/** Rejects when the browser cannot play. @param {Sound|null} sound */
export async function listen(sound) {
  now?.sound.stop()
  change(sound && { sound, report: { fill: 0, gaps: 0, playing: false } })
  if (!sound) return
  sound.onReport = (report) => {
    if (now?.sound === sound) change({ sound, report })
  }
  try {
    await sound.start()
  } catch (error) {
    if (now?.sound === sound) change(null)
    throw error
  }
}

export function useListening() {
  const [, draw] = useState(0)
  useEffect(() => {
    const next = () => draw((n) => n + 1)
    listeners.add(next)
    return () => listeners.delete(next)
  }, [])
  return now
}

function change(/** @type {typeof now} */ next) {
  now = next
  for (const fn of listeners) fn()
}
