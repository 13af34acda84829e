// @ts-check
/** The report of a model: opened if there is one, else written by a job. */

import { html, useEffect, useRef } from '../core/dom.js'
import { stateInWords } from '../jobs/job_row.js'
import { isActive, start, useJobs } from '../jobs/jobs.js'
import { attempt } from '../listing/undo.js'

/** @param {any} props */
export function Report({ model, path, reload }) {
  const { jobs, reload: reloadJobs } = useJobs(['report'])
  const job = jobs.find((one) => one.model === model.name && isActive(one))
  useWhenDone(Boolean(job), reload)
  const write = async () => {
    await attempt(start({ kind: 'report', model: model.name }))
    reloadJobs()
  }
  if (job) return html`<span class="soft" role="status">Writing the report: ${stateInWords(job)}</span>`
  return html`${model.report &&
    html`<a class="button" href=${`${path}/report`} target="_blank" rel="noopener">Report</a>`}
    <button class="button" onClick=${write}>${model.report ? 'Write the report again' : 'Write a report'}</button>`
}

/** Call a function when something has ended. */
function useWhenDone(/** @type {boolean} */ goes, /** @type {() => void} */ done) {
  const before = useRef(goes)
  useEffect(() => {
    if (before.current && !goes) done()
    before.current = goes
  }, [goes])
}
