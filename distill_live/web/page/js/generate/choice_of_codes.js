// @ts-check
/** How codes are chosen, for all levels and for each level apart, and how they become sound. */

import { LocalFader } from '../controls/local_fader.js'
import { html, useRemembered } from '../core/dom.js'
import { formatNumber, titleOf, words } from '../core/format.js'
import { levelsOf } from '../core/store.js'
import { NumberField } from './number.js'
import { SAMPLING, SECTION, SOUND, STEERED, isSteered, parameterOf } from './settings.js'

/** @param {{settings: any, change: (part: any) => void, levels: string[]}} props */
export function ChoiceOfCodes({ settings, change, levels }) {
  const [apart, setApart] = useRemembered('generate.apart', false)
  const set = (/** @type {string} */ name, /** @type {any} */ value) =>
    change({ sampling: { ...settings.sampling, [name]: value } })
  return html`<fieldset class="group">
    <legend>Choice of codes</legend>
    ${SAMPLING.map(
      (name) => html`<${LocalFader}
        key=${name}
        label=${titleOf(name)}
        parameter=${parameterOf(name)}
        value=${settings.sampling[name].all}
        onChange=${(/** @type {number} */ all) => set(name, { ...settings.sampling[name], all })}
      />`,
    )}
    ${levels.length > 0 &&
    html`<button type="button" class="button quiet" aria-expanded=${apart} onClick=${() => setApart(!apart)}>
      ${apart ? 'Hide the levels' : 'Set levels separately'}
    </button>`}
    ${apart && html`<${Levels} settings=${settings} set=${set} levels=${levels} />`}
  </fieldset>`
}

function Levels(/** @type {any} */ { settings, set, levels }) {
  return html`<table class="level-table">
    <caption class="visually-hidden">
      Values for each level; an empty field follows the value for all
    </caption>
    <thead>
      <tr>
        <th scope="col"><span class="visually-hidden">Setting</span></th>
        ${levelsOf({ levels }).map(
          (/** @type {any} */ level) =>
            html`<th scope="col" class=${`level level-${level.colour}`}>${level.label}</th>`,
        )}
      </tr>
    </thead>
    <tbody>
      ${SAMPLING.map(
        (name) => html`<tr key=${name}>
          <th scope="row">${titleOf(name)}</th>
          ${levels.map((/** @type {string} */ label, /** @type {number} */ n) => {
            const { all, own } = settings.sampling[name]
            const parameter = parameterOf(name)
            return html`<td>
              <${NumberField}
                label=${`${titleOf(name)} of ${label}`}
                parameter=${parameter}
                value=${own[n] ?? null}
                placeholder=${formatNumber(all, parameter)}
                onChange=${(/** @type {number|null} */ value) =>
                  set(name, { all, own: withLevel(own, n, value) })}
              />
            </td>`
          })}
        </tr>`,
      )}
    </tbody>
  </table>`
}

function withLevel(/** @type {any} */ own, /** @type {number} */ level, /** @type {number|null} */ value) {
  const { [level]: _, ...rest } = own
  return value === null ? rest : { ...rest, [level]: value }
}

/** How the sound should be: each off, or from the least to the most of the recordings. @param {any} props */
export function Steering({ settings, change }) {
  const set = (/** @type {string} */ name, /** @type {number|null} */ value) =>
    change({ steering: { ...settings.steering, [name]: value } })
  const fader = (/** @type {string} */ name) => html`<${LocalFader}
    key=${name}
    label=${words(name)}
    parameter=${parameterOf(`steer/${name}`)}
    value=${settings.steering[name]}
    onChange=${(/** @type {number|null} */ value) => set(name, value)}
  />`
  return html`<fieldset class="group">
    <legend>Steering</legend>
    ${STEERED.map(fader)}
    <${LocalFader}
      label="Guidance"
      parameter=${parameterOf('steer/guidance')}
      value=${settings.guidance}
      disabled=${!isSteered(settings)}
      onChange=${(/** @type {number} */ guidance) => change({ guidance })}
    />
    ${fader(SECTION)}
    <${LocalFader}
      label="Section hold"
      parameter=${parameterOf('steer/section_hold')}
      value=${settings.hold}
      disabled=${settings.steering[SECTION] === null}
      onChange=${(/** @type {number} */ hold) => change({ hold })}
    />
  </fieldset>`
}

/** How codes become sound. A fader is disabled if the model lacks what it acts on. @param {any} props */
export function Sound({ settings, change, model }) {
  const has = (/** @type {string} */ name) => Boolean(name === 'clarity' ? model?.clarity : model?.grains)
  const missing = [!has('clarity') && 'clarity', !has('grain') && 'grains'].filter(Boolean)
  return html`<fieldset class="group">
    <legend>Sound</legend>
    ${Object.keys(SOUND).map(
      (name) => html`<${LocalFader}
        key=${name}
        label=${titleOf(name)}
        parameter=${parameterOf(name)}
        value=${settings.sound[name]}
        disabled=${!has(name)}
        onChange=${(/** @type {number} */ value) => change({ sound: { ...settings.sound, [name]: value } })}
      />`,
    )}
    ${model && missing.length > 0 && html`<p class="soft small">This model has no ${missing.join(' and no ')}.</p>`}
  </fieldset>`
}
