// @ts-check
/**
 * What the instrument waits for while a MIDI control is learned.
 *   LearnBanner()   once, in the frame
 */

import { html, useEffect, useRef, useState } from '../core/dom.js'
import { titleOf } from '../core/format.js'
import { useDocument } from '../core/store.js'
import { onLearning } from './learning.js'

const SLACK_MS = 2000

export function LearnBanner() {
  const [attempt, setAttempt] = useState(/** @type {any} */ (null))
  const server = useDocument('server')
  const learning = server?.learning
  const hadBegun = useRef(false)
  onLearning((next) => {
    hadBegun.current = Boolean(learning)
    setAttempt(next)
  })
  useEffect(() => {
    if (!attempt) return
    // In case nothing is heard of the end.
    const timer = setTimeout(() => setAttempt(null), attempt.until - Date.now() + SLACK_MS)
    return () => clearTimeout(timer)
  }, [attempt])
  useEffect(() => {
    // It ends when the instrument says so: learned, given up, or begun for another control.
    if (hadBegun.current && !learning) setAttempt(null)
    hadBegun.current = Boolean(learning)
  }, [learning])
  if (!attempt && !learning) return null
  return html`<div class="banner accent" role="status" data-learning>
    <p class="grow">${attempt
      ? html`<strong>${attempt.label}</strong>: move the MIDI control for it. Turn it both ways, or press
          it once.<${Left} key=${attempt.until} until=${attempt.until} />`
      : html`<strong>${titleOf(learning)}</strong>: a MIDI control is being learned for it elsewhere.`}
      <span class="soft"> ${server?.midi}</span></p>
  </div>`
}

/** How many seconds are left. */
function Left(/** @type {any} */ { until }) {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 500)
    return () => clearInterval(timer)
  }, [])
  const left = Math.ceil((until - Date.now()) / 1000)
  return left > 0 ? html`<span class="soft"> ${left} s</span>` : null
}
