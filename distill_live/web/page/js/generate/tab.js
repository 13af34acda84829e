// @ts-check
/** The Generate tab: new sounds into files, and what became of them. */

import { html, useEffect, useKept, useRef } from '../core/dom.js'
import { useDocument, useHello } from '../core/store.js'
import { JobRow } from '../jobs/job_row.js'
import { isActive, useJobs } from '../jobs/jobs.js'
import { Problem, useLoaded } from '../listing/loaded.js'
import { Form } from './form.js'
import { History } from './history.js'
import { defaults, reused } from './settings.js'

export const id = 'generate'
export const title = 'Generate'

export function Tab() {
  // The ranges of the settings come with the first message of the socket.
  if (!useHello()) return html`<p class="empty">Waiting for the server …</p>`
  return html`<${Generate} />`
}

function Generate() {
  const [kept, setSettings] = useKept('generate.form', {})
  // What was kept may be of another version.
  const made = defaults()
  const settings = { ...made, ...kept, steering: { ...made.steering, ...kept.steering } }
  const models = useLoaded('/api/models')
  const files = useLoaded('/api/files')
  const { jobs, error, reload } = useJobs(['generate'])
  // What was made is in the list of sounds; here is what is not there yet, and what went wrong.
  const shown = jobs.filter((job) => job.state !== 'done')
  useNewFiles(jobs, files.reload)
  const playable = (models.data?.models ?? []).filter((/** @type {any} */ one) => one.prior && !one.error)
  useFirstModel(setSettings, playable)
  // Jobs are not above the sounds: these would move up under the pointer when the last job ends.
  return html`<div class="two-columns">
    <div class="stack">
      <${Problem} text=${models.error} retry=${models.reload} />
      <${Form} settings=${settings} setSettings=${setSettings} models=${playable} started=${reload} />
      <${Problem} text=${error} retry=${reload} />
      ${shown.length > 0 &&
      html`<section class="panel" aria-label="In progress">
        <ul class="jobs">
          ${shown.map((job) => html`<${JobRow} key=${job.id} job=${job} reload=${reload} />`)}
        </ul>
      </section>`}
    </div>
    <div class="stack">
      <${History} files=${files} reuse=${(/** @type {any} */ file) => setSettings(reused(file))} />
    </div>
  </div>`
}

/** Look into the folders again when a job has made a file, or has ended. */
function useNewFiles(/** @type {any[]} */ jobs, /** @type {() => void} */ reload) {
  const made = jobs.map((job) => `${job.id} ${isActive(job)} ${job.line ?? ''} ${doneOf(job)}`).join()
  const before = useRef(made)
  useEffect(() => {
    if (before.current !== made) reload()
    before.current = made
  }, [made])
}

/** How many of its sounds a job has made, as far as its progress says. */
const doneOf = (/** @type {any} */ job) => Math.floor((job.progress ?? 0) * (job.options?.count ?? 1) + 0.01)

/** Begin with the model that plays, or the first that can. */
function useFirstModel(
  /** @type {(change: (old: any) => any) => void} */ setSettings,
  /** @type {any[]} */ playable,
) {
  const playing = useDocument('model')?.name
  // What plays may be known later than what there is: then it replaces our choice, not the user's.
  const ours = useRef('')
  useEffect(() => {
    if (!playable.length) return
    const before = ours.current
    const { name } = playable.find((one) => one.name === playing) ?? playable[0]
    ours.current = name
    setSettings((old) => ((old.model ?? '') === before ? { ...old, model: name } : old))
  }, [playable.length, playing])
}
