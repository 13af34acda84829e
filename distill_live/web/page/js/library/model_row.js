// @ts-check
/** A model in the list: its name, its tags, and in one line what it is. */

import { html } from '../core/dom.js'
import { formatBytes } from '../core/format.js'

const VOCODERS = { phase: 'phase vocoder', neural: 'neural vocoder', chunk: 'Distill v1.1 vocoder' }

/** @param {any} props */
export function ModelRow({ model, playing, selected, onSelect }) {
  return html`<li>
    <button class="model" aria-pressed=${selected} onClick=${onSelect}>
      <span class="model-title">
        <strong class="cut">${model.name}</strong>
        ${playing && html`<span class="badge now">playing</span>`}
        ${(model.tags ?? []).map((/** @type {string} */ tag) => html`<span class="badge" key=${tag}>${tag}</span>`)}
      </span>
      <span class="model-facts">
        <${Health} verdict=${model.health} words=${model.healthWords} />
        <span>${[abilities(model), ...soundOf(model)].join(' · ')}</span>
        <span class="number">${[day(model.created), sizeOf(model)].filter(Boolean).join(' · ')}</span>
      </span>
    </button>
  </li>`
}

/** The state of codebooks in words, with the colour beside them. @param {any} props */
export function Health({ verdict, words }) {
  if (!verdict) return null
  const colour = { green: 'good', yellow: 'warn', red: 'fault' }[String(verdict).toLowerCase()] ?? 'soft'
  return html`<span class=${`health ${colour}`}>${words || verdict}</span>`
}

/** What a model can do. @param {any} model */
export function abilities(model) {
  if (model.error) return 'damaged'
  const vocoder = VOCODERS[/** @type {keyof typeof VOCODERS} */ (model.vocoder)] ?? model.vocoder
  return [model.prior ? 'plays' : 'no prior yet', vocoder, model.old && 'from Distill v1.1']
    .filter(Boolean)
    .join(' · ')
}

/** What else its sound is: mono without grains is not worth a word. @param {any} model */
const soundOf = (model) => [model.stereo && 'stereo', model.grains && 'grains'].filter(Boolean)

/** @param {string} [created] an ISO date */
export const day = (created) => (created ?? '').slice(0, 10)

const sizeOf = (/** @type {any} */ model) => (model.bytes ? formatBytes(model.bytes) : '')
