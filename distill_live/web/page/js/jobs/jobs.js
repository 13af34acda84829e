// @ts-check
/**
 * The jobs of the server: trainings, and sounds that are being made. They run in processes of their
 * own, so they go on when the page is closed.
 *
 *   useJobs(kinds) -> { jobs, error, reload }   newest first, as the server says it
 *   isActive(job)                               whether it waits or runs
 *   stop(job), stopAndKeep(job), resume(job)
 */

import { get, post } from '../core/api.js'
import { useCallback, useEffect, useState } from '../core/dom.js'
import { useDocument } from '../core/store.js'
import { apiPath } from '../listing/undo.js'

const ACTIVE = ['waiting', 'running', 'stopping']
/** How often to ask when the socket does not tell, in ms: while something runs, and else. */
const BUSY_MS = 1000
const IDLE_MS = 5000

/** @param {any} job */
export const isActive = (job) => ACTIVE.includes(job.state)

/** @param {string[]} kinds */
export function useJobs(kinds) {
  const told = useDocument('jobs')
  const [asked, setAsked] = useState({ jobs: /** @type {any[]} */ ([]), error: '', known: false })
  const reload = useCallback(
    () =>
      get('/api/jobs').then(
        (answer) => setAsked({ jobs: answer.jobs ?? answer, error: '', known: true }),
        (error) => setAsked((old) => ({ ...old, error: error.message, known: true })),
      ),
    [],
  )
  // What the socket tells is newer than what was asked, and the other way round after a click.
  useEffect(() => told && setAsked({ jobs: told.jobs ?? told, error: '', known: true }), [told])
  const busy = asked.jobs.some(isActive)
  useEffect(() => {
    reload()
    const timer = window.setInterval(reload, busy ? BUSY_MS : IDLE_MS)
    return () => window.clearInterval(timer)
  }, [busy, reload])
  const wanted = asked.jobs.filter((/** @type {any} */ job) => kinds.includes(job.kind))
  const jobs = [...wanted].sort((a, b) => (a.created < b.created ? 1 : -1))
  return { jobs, error: asked.error, known: asked.known, reload }
}

/** @param {any} body */
export const start = (body) => post('/api/jobs', body)
/** Stop, and keep the best result so far. @param {any} job */
export const stopAndKeep = (job) => post(apiPath('jobs', job.id, 'stop'), { keep: true })
/** Stop at once. @param {any} job */
export const stop = (job) => post(apiPath('jobs', job.id, 'stop'), { keep: false })
/** @param {any} job */
export const resume = (job) => post(apiPath('jobs', job.id, 'resume'), {})
