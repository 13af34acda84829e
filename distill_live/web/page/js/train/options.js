// @ts-check
/**
 * The options of each kind of training. An empty field leaves the choice to the program, which
 * decides by the number of recordings.
 */

import { html } from '../core/dom.js'
import { NumberField } from '../generate/number.js'

/**
 * `help`: what it does, and when to change it. `unset`: what an empty choice is called. `models`: whether the user's
 * own models are choices, too.
 * @typedef {{name: string, label: string, kind: 'number'|'choice'|'check'|'text', min?: number, max?: number,
 *   usual?: string, choices?: string[], models?: boolean, value?: any, more?: boolean, help?: string, float?: boolean,
 *   unset?: string, pattern?: string}} Field
 */

const MOST_EPOCHS = 10_000

/** How many times something is trained on the recordings. @returns {Field} */
const epochs = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string} */ usual) =>
  ({ name, label, kind: 'number', min: 1, max: MOST_EPOCHS, usual })
/** @type {Field} */
const TIME = {
  name: 'time', label: 'Time', kind: 'text', usual: 'as long as the epochs take',
  pattern: '\\s*(?=[^a-z]*[1-9])\\d+(\\.\\d+)?[smh]\\s*',
  help: 'How long training should take, such as 90s, 20m or 1.5h. It chooses the numbers of epochs.',
}
/** @type {Field} */
const PRIOR_SIZE = {
  name: 'prior_size', label: 'Size of the prior', kind: 'choice', choices: ['', 'small', 'medium', 'large'], more: true,
  help: 'The part that plays. A large one learns longer forms, but needs many recordings and a fast computer.',
}

/** @type {Record<string, Field[]>} */
const FIELDS = {
  new: [
    { name: 'name', label: 'Name', kind: 'text', help: 'What the model is called; the name of the set if it is empty.' },
    {
      name: 'rvq_levels', label: 'Levels', kind: 'choice', choices: ['2', '3', '4'], value: '3',
      help: 'How finely the sound is coded. 2 is coarse and quick to play, 4 keeps the most detail.',
    },
    {
      name: 'vocoder', label: 'Vocoder', kind: 'choice', choices: ['phase', 'auto', 'neural'], value: 'phase',
      help: 'What turns codes into sound. Phase needs no training; a neural one takes much longer.',
    },
    TIME,
    {
      name: 'from', label: 'Start from', kind: 'choice', choices: ['', 'none'], models: true, unset: 'the base',
      more: true,
      help: 'The base has learned many sounds, so your recordings take a quarter of the time. A model of your own '
        + 'works as well, if its columns are 8 frames long, as usual.',
    },
    {
      ...epochs('codec_epochs', 'Epochs of the codec', '10, from nothing 40'), more: true,
      help: 'How many times the codec goes through the recordings. More epochs sound closer to them and take longer.',
    },
    {
      ...epochs('prior_epochs', 'Epochs of the prior, at most', '24'), more: true,
      help: 'How long it learns what follows what. Training ends earlier once the prior no longer gets better.',
    },
    {
      name: 'codebook_size', label: 'Codes per level', kind: 'number', min: 8, max: 1024, usual: 'by the recordings',
      more: true, help: 'How many sounds each level tells apart. Choose more for many, varied recordings.',
    },
    PRIOR_SIZE,
    {
      name: 'commitment_weight', label: 'Commitment weight', kind: 'number', float: true, min: 0, max: 10,
      usual: 'usual', more: true,
      help: 'How closely the codec keeps to its codes. Leave it, unless many codes are unused.',
    },
    {
      name: 'mono', label: 'Mono, even if recordings are stereo', kind: 'check', value: false, more: true,
      help: 'For recordings that gain nothing from stereo. Mono trains and plays a little faster.',
    },
    {
      name: 'no_prior', label: 'Only the codec', kind: 'check', value: false, more: true,
      help: 'Saves the time that training the prior takes. The model can encode and decode, but not play.',
    },
    {
      name: 'training_codes', label: 'Keep codes and previews of the recordings in the model', kind: 'check',
      value: true, more: true,
      help: 'They tell which recording a passage resembles, and sections are made from them. Without them, the file '
        + 'is smaller and gives less away.',
    },
    {
      name: 'grains', label: 'Keep the sound of the recordings beside the model, to play it as grains', kind: 'check',
      value: true, more: true,
      help: 'Sounds most like the recordings. Anyone who has the second file has your recordings.',
    },
  ],
  continue: [
    TIME,
    {
      ...epochs('codec_epochs', 'Epochs of the codec', '20'),
      help: 'How many times the codec goes through the recordings. More epochs bring it closer to the new ones.',
    },
    {
      ...epochs('prior_epochs', 'Epochs of the prior, at most', '24'),
      help: 'Training ends earlier once the prior no longer gets better.',
    },
  ],
  prior: [
    TIME,
    {
      ...epochs('epochs', 'Epochs, at most', '24'),
      help: 'Training ends earlier once the prior no longer gets better.',
    },
    { ...PRIOR_SIZE, more: false },
  ],
  vocoder: [
    TIME,
    {
      ...epochs('epochs', 'Epochs', '12, on a GPU 60'),
      help: 'How many times the vocoder goes through the recordings. More epochs sound clearer and take longer.',
    },
    {
      name: 'vocoder', label: 'Then play with', kind: 'choice', choices: ['auto', 'neural'], value: 'auto',
      help: 'The closer one is found by listening to recordings that were held back.',
    },
  ],
}
const SHOWN_AS = { '': 'by the recordings', none: 'nothing', phase: 'phase', auto: 'the closer one', neural: 'neural' }

/** @param {string} what */
export const defaultsOf = (what) =>
  Object.fromEntries(FIELDS[what].map((one) => [one.name, one.value ?? (one.kind === 'number' ? null : '')]))

const epochsOf = (/** @type {string} */ what) =>
  FIELDS[what].map(({ name }) => name).filter((name) => name.endsWith('epochs'))

/** How long a quick trial takes. */
const QUICK = '2m'

/** Whether a training is a quick trial. @param {any} values */
export const isQuick = (values) => values.time === QUICK

/** What makes a training a quick trial, or no longer one. @param {boolean} quick */
export const quickTrial = (quick) => ({ time: quick ? QUICK : '' })

/**
 * The values of a form after a change: a time chooses the epochs, so setting one clears the other.
 * @param {string} what @param {any} values @param {any} part
 */
export function changed(what, values, part) {
  const unset = part.time ? Object.fromEntries(epochsOf(what).map((name) => [name, null])) : {}
  const counted = epochsOf(what).some((name) => part[name])
  return { ...values, ...part, ...unset, ...(counted ? { time: '' } : {}) }
}

/** The options that differ from the program's own choice. @param {string} what @param {any} values */
export function optionsOf(what, values) {
  const given = FIELDS[what].filter(({ name }) => name !== 'name' && isGiven(what, name, values[name]))
  return Object.fromEntries(given.map(({ name }) => [name, name === 'rvq_levels' ? Number(values[name]) : values[name]]))
}

function isGiven(/** @type {string} */ what, /** @type {string} */ name, /** @type {any} */ value) {
  return value !== undefined && value !== null && value !== '' && value !== defaultsOf(what)[name]
}

/** @param {any} props */
export function Fields({ what, values, change, set, models }) {
  const shown = (/** @type {boolean} */ more) => FIELDS[what].filter((one) => Boolean(one.more) === more)
  const field = (/** @type {Field} */ one) => html`<${OneField}
    key=${`${what} ${one.name}`}
    field=${one.models ? { ...one, choices: [...(one.choices ?? []), ...models] } : one}
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

function OneField(/** @type {any} */ props) {
  const { kind, help } = props.field
  return html`<div class=${kind === 'check' ? 'one-field wide' : 'one-field'}>
    <${Control} ...${props} />${help && html`<p class="soft field-help">${help}</p>`}
  </div>`
}

function Control(/** @type {any} */ { field, value, hint, change }) {
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
        ${field.choices.map((/** @type {string} */ one) => html`<option key=${one} value=${one}>${nameOf(one, field)}</option>`)}
      </select>
    </label>`
  }
  return html`<label class="field">
    <span>${field.label}</span>
    ${field.kind === 'text'
      ? html`<input
          value=${value}
          maxlength=${field.pattern ? 20 : 100}
          placeholder=${hint ?? field.usual ?? ''}
          pattern=${field.pattern}
          title=${field.pattern && 'a number above 0 with s, m or h, such as 90s, 20m or 1.5h'}
          onInput=${typed}
        />`
      : html`<${NumberField}
          parameter=${{ kind: field.float ? 'float' : 'int', min: field.min, max: field.max, default: field.min }}
          value=${value}
          placeholder=${field.usual}
          onChange=${change}
        />`}
  </label>`
}

function nameOf(/** @type {string} */ choice, /** @type {Field} */ field) {
  if (!choice && field.unset) return field.unset
  // A model can have the name of another choice, such as phase.
  if (field.models && choice !== 'none') return choice
  return SHOWN_AS[/** @type {keyof typeof SHOWN_AS} */ (choice)] ?? choice
}
