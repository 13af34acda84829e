// @ts-check
/**
 * The options of each kind of training. An empty field leaves the choice to the program, which
 * decides by the number of recordings.
 */

import { html } from '../core/dom.js'
import { NumberField } from '../generate/number.js'

/** @typedef {{name: string, label: string, kind: 'number'|'choice'|'check'|'text', min?: number, max?: number,
 *   usual?: string, choices?: string[], value?: any, more?: boolean,
 *   float?: boolean}} Field */

const MOST_EPOCHS = 10_000

/** @type {(name: string, label: string, usual: string) => Field} */
const epochs = (name, label, usual) => ({ name, label, kind: 'number', min: 1, max: MOST_EPOCHS, usual })
/** @type {Field} */
const PRIOR_SIZE = {
  name: 'prior_size', label: 'Size of the prior', kind: 'choice', choices: ['', 'small', 'medium', 'large'], more: true,
}

/** @type {Record<string, Field[]>} */
const FIELDS = {
  new: [
    { name: 'name', label: 'Name', kind: 'text' },
    { name: 'rvq_levels', label: 'Levels', kind: 'choice', choices: ['2', '3', '4'], value: '3' },
    { name: 'vocoder', label: 'Vocoder', kind: 'choice', choices: ['phase', 'auto', 'neural'], value: 'phase' },
    { ...epochs('codec_epochs', 'Epochs of the codec', '40'), more: true },
    { ...epochs('prior_epochs', 'Epochs of the prior, at most', '24'), more: true },
    { name: 'codebook_size', label: 'Codes per level', kind: 'number', min: 8, max: 1024, usual: 'by the recordings', more: true },
    PRIOR_SIZE,
    { name: 'commitment_weight', label: 'Commitment weight', kind: 'number', float: true, min: 0, max: 10, usual: 'usual', more: true },
    { name: 'mono', label: 'Mono, even if recordings are stereo', kind: 'check', value: false, more: true },
    { name: 'no_prior', label: 'Only the codec: it cannot play, only encode and decode', kind: 'check', value: false, more: true },
    { name: 'training_codes', label: 'Keep codes and previews of the recordings in the model', kind: 'check', value: true, more: true },
    { name: 'grains', label: 'Keep the sound of the recordings beside the model, to play it as grains', kind: 'check', value: true, more: true },
  ],
  continue: [
    epochs('codec_epochs', 'Epochs of the codec', '20'),
    epochs('prior_epochs', 'Epochs of the prior, at most', '24'),
  ],
  prior: [epochs('epochs', 'Epochs, at most', '24'), { ...PRIOR_SIZE, more: false }],
  vocoder: [
    epochs('epochs', 'Epochs', '12, on a GPU 60'),
    { name: 'vocoder', label: 'Then play with', kind: 'choice', choices: ['auto', 'neural'], value: 'auto' },
  ],
}
const SHOWN_AS = { '': 'by the recordings', phase: 'phase', auto: 'the closer one', neural: 'neural' }

/** @param {string} what */
export const defaultsOf = (what) =>
  Object.fromEntries(FIELDS[what].map((one) => [one.name, one.value ?? (one.kind === 'number' ? null : '')]))

/** The options that differ from the program's own choice. @param {string} what @param {any} values */
export function optionsOf(what, values) {
  const given = FIELDS[what].filter(({ name }) => name !== 'name' && isGiven(what, name, values[name]))
  return Object.fromEntries(given.map(({ name }) => [name, name === 'rvq_levels' ? Number(values[name]) : values[name]]))
}

function isGiven(/** @type {string} */ what, /** @type {string} */ name, /** @type {any} */ value) {
  return value !== undefined && value !== null && value !== '' && value !== defaultsOf(what)[name]
}

/** @param {any} props */
export function Fields({ what, values, change, set }) {
  const shown = (/** @type {boolean} */ more) => FIELDS[what].filter((one) => Boolean(one.more) === more)
  const field = (/** @type {Field} */ one) => html`<${OneField}
    key=${`${what} ${one.name}`}
    field=${one}
    value=${values[one.name]}
    hint=${one.name === 'name' ? set?.name : undefined}
    change=${(/** @type {any} */ value) => change({ [one.name]: value })}
  />`
  return html`<div class="fields">${shown(false).map(field)}</div>
    ${shown(true).length > 0 &&
    html`<details>
      <summary>More settings</summary>
      <div class="fields">${shown(true).map(field)}</div>
    </details>`}`
}

function OneField(/** @type {any} */ { field, value, hint, change }) {
  const typed = (/** @type {any} */ event) => change(event.target.value)
  if (field.kind === 'check') {
    return html`<label class="check">
      <input type="checkbox" checked=${value} onChange=${(/** @type {any} */ e) => change(e.target.checked)} />
      <span>${field.label}</span>
    </label>`
  }
  if (field.kind === 'choice') {
    return html`<label class="field">
      <span>${field.label}</span>
      <select value=${value} onChange=${typed}>
        ${field.choices.map((/** @type {string} */ one) => html`<option key=${one} value=${one}>${nameOf(one)}</option>`)}
      </select>
    </label>`
  }
  return html`<label class="field">
    <span>${field.label}</span>
    ${field.kind === 'text'
      ? html`<input value=${value} maxlength="100" placeholder=${hint ?? ''} onInput=${typed} />`
      : html`<${NumberField}
          parameter=${{ kind: field.float ? 'float' : 'int', min: field.min, max: field.max, default: field.min }}
          value=${value}
          placeholder=${field.usual}
          onChange=${change}
        />`}
  </label>`
}

const nameOf = (/** @type {string} */ choice) => SHOWN_AS[/** @type {keyof typeof SHOWN_AS} */ (choice)] ?? choice
