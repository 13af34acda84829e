// @ts-check
/** The trainings of this server, and the one that is looked at. */

import { html } from '../core/dom.js'
import { useEvents } from '../jobs/events.js'
import { JobRow } from '../jobs/job_row.js'
import { isActive } from '../jobs/jobs.js'
import { Curves } from './curves.js'
import { Previews } from './previews.js'
import { phasesOf, healthOf, linesOf, paceOf, previewsOf } from './report.js'

/** @param {any} props */
export function Runs({ jobs, known, chosen, choose, reload }) {
  const shown =
    jobs.find((/** @type {any} */ one) => one.id === chosen) ?? jobs.find(isActive) ?? jobs[0]
  return html`<section class="panel" aria-label="Trainings">
      <div class="panel-head"><h2>Trainings</h2></div>
      ${known && jobs.length === 0 &&
      html`<p class="empty">
        No training yet. It runs in a process of its own: you can close the page, and find it here again.
      </p>`}
      <ul class="jobs">
        ${jobs.map(
          (/** @type {any} */ job) => html`<${JobRow}
            key=${job.id}
            job=${job}
            keeps
            reload=${reload}
            selected=${job === shown}
            onSelect=${() => choose(job.id)}
          />`,
        )}
      </ul>
    </section>
    ${shown && html`<${Run} key=${shown.id} job=${shown} />`}`
}

function Run(/** @type {{job: any}} */ { job }) {
  const events = useEvents(job)
  const phases = phasesOf(events)
  const pace = paceOf(events)
  return html`<section class="panel stack" aria-label=${job.title}>
    <div class="panel-head">
      <h2>${job.title}</h2>
      ${isActive(job) && phases.length === 0 && pace && html`<span class="soft">${pace}</span>`}
    </div>
    ${phases.length === 0 &&
    html`<p class="soft">
      ${isActive(job)
        ? 'The curves begin when the first epoch is done, which can take minutes. You can close the page meanwhile.'
        : 'It ended before its first epoch.'}
    </p>`}
    ${phases.map((phase) => html`<${Phase} key=${phase.name} phase=${phase} />`)}
    <${Levels} health=${healthOf(events)} />
    <${Previews} sounds=${previewsOf(events)} />
    <${Lines} lines=${linesOf(events)} />
  </section>`
}

function Phase(/** @type {any} */ { phase }) {
  const last = phase.rows.at(-1)
  return html`<figure class="phase">
    <figcaption class="row">
      <h3 class="grow">${phase.title}</h3>
      <span class="soft number">epoch ${last.epoch} of ${last.epochs}</span>
    </figcaption>
    <${Curves} phase=${phase} />
    <p class="soft">${phase.says}</p>
  </figure>`
}

const COLOURS = { green: 'good', yellow: 'warn', red: 'fault' }

/** How each level's codebook stands, in words. */
function Levels(/** @type {{health: any[]}} */ { health }) {
  if (!health.length) return null
  return html`<ul class="levels-health" aria-label="Health of the codebooks">
    ${health.map(
      (one) => html`<li key=${one.label}>
        <span class=${`level level-${one.colour}`}>${one.label}</span>
        <strong class=${COLOURS[/** @type {keyof typeof COLOURS} */ (one.verdict)] ?? 'soft'}>${one.words}</strong>
        <span class="soft number">${Math.round(100 * one.utilisation)} % in use</span>
      </li>`,
    )}
  </ul>`
}

function Lines(/** @type {{lines: string[]}} */ { lines }) {
  if (!lines.length) return null
  return html`<details>
    <summary>Log</summary>
    <pre class="lines" tabindex="0" role="region" aria-label="What the training says">${lines.join('\n')}</pre>
  </details>`
}
