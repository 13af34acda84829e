// @ts-check
/** The form of the Generate tab: which model, how much, how, and the button that starts it. */

import { html, useRef, useState } from '../core/dom.js'
import { formatNumber } from '../core/format.js'
import { start } from '../jobs/jobs.js'
import { attempt } from '../listing/undo.js'
import { ChoiceOfCodes, Sound, Steering } from './choice_of_codes.js'
import { NumberField } from './number.js'
import { BIT_DEPTHS, FORMATS, MOST_SECONDS, MOST_SOUNDS, defaults, hasDepth, jobOf, parameterOf } from './settings.js'

const SECONDS = { kind: 'float', min: 0.1, max: MOST_SECONDS, default: 10 }
const LUFS = { kind: 'float', min: -40, max: -6, default: -16 }
const FADE = { name: 'fade', kind: 'float', min: 0, max: 10_000, default: 5 }
const COUNT = { kind: 'int', min: 1, max: MOST_SOUNDS, default: 1 }

/**
 * @param {{settings: any, setSettings: (settings: any) => void, models: any[], started: () => void}} props
 */
export function Form({ settings, setSettings, models, started }) {
  const [busy, setBusy] = useState(false)
  // Counts how often the defaults came back, and with them every field, whatever was typed into it.
  const [round, setRound] = useState(0)
  // Enter in a field changes it and submits at once, before anything is drawn again.
  const newest = useRef(settings)
  newest.current = settings
  const change = (/** @type {any} */ part) => {
    newest.current = { ...newest.current, ...part }
    setSettings(newest.current)
  }
  const model = models.find((one) => one.name === settings.model)
  const levels = model?.levels ?? []
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault()
    setBusy(true)
    const { count } = newest.current
    const says = count === 1 ? 'Generating a sound' : `Generating ${count} sounds`
    await attempt(start(jobOf(newest.current, levels.length)), `${says}. You can go on working meanwhile.`)
    setBusy(false)
    started()
  }
  return html`<form class="panel generate-form" onSubmit=${submit} aria-label="New sounds">
    <div class="group">
      <label class="field">
        <span>Model</span>
        <select value=${settings.model} onChange=${(/** @type {any} */ e) => change({ model: e.target.value })}>
          ${!model && html`<option value=${settings.model}>${settings.model || 'none'} (not here)</option>`}
          ${models.map((one) => html`<option key=${one.name} value=${one.name}>${one.name}</option>`)}
        </select>
      </label>
      <${HowMuch} key=${`how much ${round}`} settings=${settings} change=${change} />
    </div>
    <${ChoiceOfCodes} key=${`codes ${round}`} settings=${settings} change=${change} levels=${levels} />
    <${Steering} settings=${settings} change=${change} />
    <${Sound} settings=${settings} change=${change} model=${model} />
    <div class="row form-end">
      <button class="button primary" disabled=${busy || !model}>Generate</button>
      <button type="button" class="button quiet" onClick=${() => {
        setSettings({ ...defaults(), model: settings.model })
        setRound(round + 1)
      }}>
        Defaults
      </button>
    </div>
  </form>`
}

function HowMuch(/** @type {any} */ { settings, change }) {
  const value = (/** @type {any} */ event) => event.target.value
  return html`<div class="how-much">
    <label class="field">
      <span>Seconds</span>
      <${NumberField}
        parameter=${SECONDS}
        value=${settings.duration}
        onChange=${(/** @type {number} */ duration) => change({ duration })}
      />
    </label>
    <label class="field">
      <span>Count</span>
      <${NumberField}
        parameter=${COUNT}
        value=${settings.count}
        onChange=${(/** @type {number} */ count) => change({ count })}
      />
    </label>
    <label class="field">
      <span>Seed</span>
      <${NumberField}
        parameter=${parameterOf('seed')}
        value=${settings.seed}
        placeholder="random"
        onChange=${(/** @type {number|null} */ seed) => change({ seed })}
      />
    </label>
    <label class="field">
      <span>Format</span>
      <select value=${settings.format} onChange=${(/** @type {any} */ e) => change({ format: value(e) })}>
        ${FORMATS.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}
      </select>
    </label>
    ${hasDepth(settings.format) &&
    html`<label class="field">
      <span>Bits</span>
      <select
        value=${settings.bitDepth}
        onChange=${(/** @type {any} */ e) => change({ bitDepth: Number(value(e)) })}
      >
        ${BIT_DEPTHS.filter((one) => one < 32 || settings.format === 'wav').map(
          (one) => html`<option key=${one} value=${one}>${one === 32 ? '32, float' : one}</option>`,
        )}
      </select>
    </label>`}
    <label class="field" title="How loud the file is, as EBU R 128 measures it">
      <span>LUFS</span>
      <${NumberField}
        parameter=${LUFS}
        value=${settings.lufs}
        placeholder="as made"
        onChange=${(/** @type {number|null} */ lufs) => change({ lufs })}
      />
    </label>
    <label class="field" title="How long the sound fades in and out at its ends">
      <span>Fade, ms</span>
      <${NumberField}
        parameter=${FADE}
        value=${settings.fade}
        placeholder=${formatNumber(FADE.default, FADE)}
        onChange=${(/** @type {number|null} */ fade) => change({ fade })}
      />
    </label>
  </div>`
}
