// @ts-check
/** The form that starts a training: of a new model, or of a part of one that exists. */

import { Button } from '../controls/button.js'
import { Segments } from '../controls/segments.js'
import { html, useKept, useRef, useState } from '../core/dom.js'
import { start } from '../jobs/jobs.js'
import { attempt } from '../listing/undo.js'
import { Fields, changed, defaultsOf, isQuick, optionsOf, quickTrial } from './options.js'

const WHAT = [
  { id: 'new', label: 'New model' },
  { id: 'continue', label: 'Continue' },
  { id: 'prior', label: 'Prior' },
  { id: 'vocoder', label: 'Vocoder' },
]
const SAYS = {
  new: 'Makes a model from the set: first the codec, then the prior.',
  continue: 'A model that exists also learns these recordings, and keeps its name and its levels.',
  prior: 'Trains only the part that plays, again; the codec stays as it is.',
  vocoder: 'Trains a vocoder for a model, and keeps whichever sounds closer.',
}
const KINDS = { new: 'train', continue: 'train', prior: 'train-prior', vocoder: 'train-vocoder' }

/** @typedef {keyof typeof KINDS} What */

/** @param {any} props */
export function NewTraining({ set, inspection, models, started }) {
  const [kept, keep] = useKept('train.form', { what: 'new', values: {} })
  const what = /** @type {What} */ (kept.what in KINDS ? kept.what : 'new')
  const own = models.filter((/** @type {any} */ one) => one.own !== false && !one.error && !one.old)
  const names = own.map((/** @type {any} */ one) => one.name)
  const values = { ...defaultsOf(what), ...kept.values }
  // The chosen model may have been deleted since.
  if (models.length && values.from && values.from !== 'none' && !names.includes(values.from)) values.from = ''
  const [busy, setBusy] = useState(false)
  // Enter in a field changes it and submits at once, before anything is drawn again.
  const newest = useRef(values)
  newest.current = values
  const change = (/** @type {any} */ part) => {
    newest.current = changed(what, newest.current, part)
    keep({ what, values: newest.current })
  }
  const needs = what === 'new' ? '' : values.model || own[0]?.name || ''
  const problem = whyNot(what, set, inspection, needs)
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault()
    setBusy(true)
    const job = await attempt(start(jobOf(what, newest.current, set.name, needs)), 'The training has started.')
    setBusy(false)
    if (job) started(job)
  }
  const choose = (/** @type {What} */ next) => keep({ what: next, values: defaultsOf(next) })
  return html`<form class="panel stack" aria-label="New training" onSubmit=${submit}>
    <${Segments} label="What to train" options=${WHAT} value=${what} onChange=${choose} />
    <p class="soft">${SAYS[what]}</p>
    ${what !== 'new' &&
    html`<label class="field">
      <span>Model</span>
      <select
        value=${needs}
        onChange=${(/** @type {any} */ event) => change({ model: event.target.value })}
      >
        ${own.map((/** @type {any} */ one) => html`<option key=${one.name} value=${one.name}>${one.name}</option>`)}
      </select>
    </label>`}
    <${Fields}
      what=${what}
      values=${values}
      change=${change}
      set=${set}
      models=${names}
    />
    <${Quick} quick=${isQuick(values)} change=${change} />
    <div class="row">
      <button class="button primary" disabled=${busy || Boolean(problem)}>Start training</button>
      ${problem && html`<p class="soft grow">${problem}</p>`}
    </div>
  </form>`
}

/** A short training, to hear whether it is worth a long one. */
function Quick(/** @type {any} */ { quick, change }) {
  return html`<div class="row">
    <${Button} label="Quick trial" pressed=${quick} onPress=${() => change(quickTrial(!quick))} />
    <p class="soft small grow">Takes about two minutes, unless you have many recordings. It sounds rough, but lets you
      hear whether the recordings are suitable.</p>
  </div>`
}

/** Why a training cannot start yet, or "". */
function whyNot(/** @type {What} */ what, /** @type {any} */ set, /** @type {any} */ inspection, /** @type {string} */ model) {
  if (!set) return 'Choose a set of recordings first, or drop some.'
  if (!set.files.length) return 'The set has no recordings yet.'
  if (inspection && !inspection.found?.length) return 'None of these files can be used.'
  return what !== 'new' && !model ? 'There is no model of your own yet.' : ''
}

function jobOf(/** @type {What} */ what, /** @type {any} */ values, /** @type {string} */ set, /** @type {string} */ model) {
  const body = { kind: KINDS[what], set, ...optionsOf(what, values) }
  if (what === 'new') return { ...body, ...(values.name ? { name: values.name } : {}) }
  if (what === 'continue') return { ...body, continue: model }
  return { ...body, model }
}
