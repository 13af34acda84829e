// @ts-check
/**
 * A light while the output is recorded, with how long that has lasted.
 *   RecordingLight()
 */

import { html } from '../core/dom.js'
import { useDocument } from '../core/store.js'
import { formatClock } from '../core/format.js'

export function RecordingLight() {
  const recording = useDocument('recording')
  if (!recording) return null
  return html`<p class="recording-light" role="timer" title=${`Recording to ${recording.name}`}>
    <i aria-hidden="true"></i><span class="visually-hidden">Recording, </span>${formatClock(recording.seconds)}</p>`
}
