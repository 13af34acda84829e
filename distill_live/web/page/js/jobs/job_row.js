// @ts-check
/** A job in a list: what it does, how far it is, and its buttons. */

import { html } from '../core/dom.js'
import { formatShare } from '../core/format.js'
import { apiPath, attempt, deleteWithUndo } from '../listing/undo.js'
import { isActive, resume, stop, stopAndKeep } from './jobs.js'

const WORDS = {
  waiting: 'waiting',
  running: 'running',
  stopping: 'stopping',
  done: 'done',
  stopped: 'stopped',
  failed: 'failed',
  lost: 'broke off',
}

/** A duration as one says it. @param {number} seconds */
export function inWords(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

/** @param {any} job */
export function stateInWords(job) {
  const word = WORDS[/** @type {keyof typeof WORDS} */ (job.state)] ?? job.state
  if (!isActive(job)) return word
  const share = job.progress == null ? '' : ` · ${formatShare(job.progress)}`
  const left = job.left == null ? '' : ` · ${inWords(job.left)} left`
  return `${job.phase || word}${share}${left}`
}

/** @param {any} props */
export function JobRow({ job, reload, selected, onSelect, keeps }) {
  const act = async (/** @type {Promise<any>} */ done) => {
    await attempt(done)
    reload()
  }
  return html`<li class=${`job ${selected ? 'selected' : ''}`} data-state=${job.state}>
    <div class="job-head">
      ${onSelect
        ? html`<button class="job-title" aria-pressed=${Boolean(selected)} onClick=${onSelect}>
            ${job.title}
          </button>`
        : html`<span class="job-title">${job.title}</span>`}
      <span class="job-state">${stateInWords(job)}</span>
      <div class="job-buttons">
        ${isActive(job) && keeps &&
        html`<button class="button" onClick=${() => act(stopAndKeep(job))}>Stop and keep</button>`}
        ${isActive(job) &&
        html`<button class="button quiet" onClick=${() => act(stop(job))}>
          ${keeps ? 'Stop at once' : 'Stop'}
        </button>`}
        ${!isActive(job) && job.resumable &&
        html`<button class="button" onClick=${() => act(resume(job))}>Resume</button>`}
        ${!isActive(job) &&
        html`<button
          class="button quiet"
          aria-label=${`Clear: ${job.title}`}
          onClick=${() => deleteWithUndo(apiPath('jobs', job.id), job.title, reload)}
        >
          Clear
        </button>`}
      </div>
    </div>
    ${isActive(job) && html`<${Progress} job=${job} />`}
    ${job.error && html`<p class="job-error" role="alert">${job.error}</p>`}
  </li>`
}

function Progress(/** @type {any} */ { job }) {
  // Without a value the bar says that it works, but not how far it is.
  return job.progress == null
    ? html`<progress class="job-progress" aria-label=${`Progress of ${job.title}`}></progress>`
    : html`<progress
        class="job-progress"
        max="1"
        value=${job.progress}
        aria-label=${`Progress of ${job.title}`}
      ></progress>`
}
