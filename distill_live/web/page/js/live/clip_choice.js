// @ts-check
/**
 * Which clip serves for a purpose; nothing where the server does not say.
 *   ClipChoice({request: 'blend/clip'|'manner/clip'|'edit/clip', label})
 *   useClipNeed('blend/clip') -> what to do before it does something, or '' once a clip is chosen
 */

import { html } from '../core/dom.js'
import { send, useDocument } from '../core/store.js'

/** The word for what is played in, in place of a clip. */
const INPUT = 'input'

/** @param {{request: string, label: string}} props */
export function ClipChoice({ request, label }) {
  const chosen = useDocument('partners')
  const names = useNames()
  if (!chosen) return null
  const now = chosen[request] || 'off'
  const words = /** @type {Record<string, string>} */ ({ off: names.length ? 'none' : 'no clip yet', [INPUT]: 'the live input' })
  return html`<label class="field">${label}
    <select disabled=${!names.length} onChange=${(/** @type {any} */ event) => send(`/distill/${request}`, event.currentTarget.value)}>
      ${['off', ...names].map((name) => html`<option value=${name} selected=${name === now}>${
        words[name] ?? name}</option>`)}
    </select></label>`
}

/** @param {string} request */
export function useClipNeed(request) {
  const chosen = useDocument('partners')
  const names = useNames()
  if (!chosen || chosen[request]) return ''
  return names.length ? 'choose a clip first' : 'load or capture a clip first'
}

function useNames() {
  const clips = useDocument('clips') ?? []
  const hasInput = typeof useDocument('server')?.listening === 'boolean'
  return [...clips.map((/** @type {any} */ one) => one.name), ...(hasInput ? [INPUT] : [])]
}
