// @ts-check
/**
 * Which clip serves for a purpose; nothing while there is no clip, or where the server does not say.
 *   ClipChoice({request: 'blend/clip'|'manner/clip'|'edit/clip', label})
 */

import { html } from '../core/dom.js'
import { send, useDocument } from '../core/store.js'

/** The word for what is played in, in place of a clip. */
const INPUT = 'input'

/** @param {{request: string, label: string}} props */
export function ClipChoice({ request, label }) {
  const chosen = useDocument('partners')
  const clips = useDocument('clips') ?? []
  const hasInput = typeof useDocument('server')?.listening === 'boolean'
  const names = [...clips.map((/** @type {any} */ one) => one.name), ...(hasInput ? [INPUT] : [])]
  if (!chosen || !names.length) return null
  const now = chosen[request] || 'off'
  return html`<label class="field">${label}
    <select onChange=${(/** @type {any} */ event) => send(`/distill/${request}`, event.currentTarget.value)}>
      ${['off', ...names].map((name) => html`<option value=${name} selected=${name === now}>${
        { off: 'none', [INPUT]: 'the live input' }[name] ?? name}</option>`)}
    </select></label>`
}
