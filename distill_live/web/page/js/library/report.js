// @ts-check
/** The report of a model: opened if there is one, else written by a job. */

import { html, useEffect, useRef } from '../core/dom.js'
import { stateInWords } from '../jobs/job_row.js'
import { isActive, start, useJobs } from '../jobs/jobs.js'
import { toast } from '../controls/toast.js'
import { attempt } from '../listing/undo.js'

/** @param {any} props */
export function Report({ model, path, reload }) {
  const { jobs, reload: reloadJobs } = useJobs(['report'])
  const job = jobs.find((one) => one.model === model.name && isActive(one))
  useEnd(job, jobs, reload)
  const write = async () => {
    await attempt(start({ kind: 'report', model: model.name }))
    reloadJobs()
  }
  if (job) return html`<span class="soft" role="status">Writing the report: ${stateInWords(job)}</span>`
  return html`${model.report &&
    html`<a class="button" href=${`${path}/report`} target="_blank" rel="noopener">Report</a>`}
    <button class="button" onClick=${write}>${model.report ? 'Write the report again' : 'Write a report'}</button>`
}

/** When a job has ended, call a function, or say what went wrong. */
function useEnd(/** @type {any} */ job, /** @type {any[]} */ jobs, /** @type {() => void} */ done) {
  const before = useRef('')
  useEffect(() => {
    const ended = before.current && before.current !== job?.id
      && jobs.find((one) => one.id === before.current)
    before.current = job?.id ?? ''
    if (ended?.error) toast(`No report: ${ended.error}`, { kind: 'fault' })
    else if (ended) done()
  }, [job?.id])
}
