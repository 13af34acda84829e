// @ts-check
/**
 * The sound of the instrument in this browser, as it was chosen here last.
 *   listenHere()   starts it, in place of what plays; only after a press, and a fault becomes a toast
 */

import { local } from '../core/dom.js'
import { listen } from '../core/listening.js'
import { toast } from '../controls/toast.js'

/** The settings, by the names under which they are remembered: Hz, milliseconds, 0..1. */
export const DEFAULTS = { 'sound.rate': 48000, 'sound.latency': 200, 'sound.volume': 1 }

export async function listenHere() {
  const [rate, latency, volume] = Object.entries(DEFAULTS).map(([key, usual]) => local(key, usual))
  try {
    const { BrowserAudio } = await import('./browser_audio.js')
    await listen(new BrowserAudio({ rate, latency: latency / 1000, volume }))
  } catch (error) {
    toast(`This browser cannot play: ${/** @type {Error} */ (error).message}. Try another browser.`,
      { kind: 'fault' })
  }
}
