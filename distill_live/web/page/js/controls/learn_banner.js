// @ts-check
/**
 * What the instrument waits for while a MIDI control is learned.
 *   LearnBanner()   once, in the frame
 */

import { html, useEffect, useState } from '../core/dom.js'
import { store } from '../core/store.js'
import { Button } from './button.js'
import { onLearning } from './learning.js'

export function LearnBanner() {
  const [attempt, setAttempt] = useState(/** @type {any} */ (null))
  const [, tick] = useState(0)
  onLearning(setAttempt)
  useEffect(() => {
    if (!attempt) return
    const timer = setInterval(() => {
      if (Date.now() > attempt.until) setAttempt(null)
      tick((n) => n + 1)
    }, 500)
    const off = store.onMessage((address, [about]) => {
      const over = address === '/distill/done' ? about === 'learn' : about === '/distill/learn'
      if (over) setAttempt(null)
    })
    return () => {
      clearInterval(timer)
      off()
    }
  }, [attempt])
  if (!attempt) return null
  const left = Math.max(0, Math.ceil((attempt.until - Date.now()) / 1000))
  return html`<div class="banner accent" role="status" data-learning>
    <p class="grow"><strong>${attempt.label}</strong>: move the MIDI control for it. Turn it both
      ways, or press it once. <span class="soft">${left} s</span></p>
    <${Button} label="Hide" kind="quiet" onPress=${() => setAttempt(null)} />
  </div>`
}
