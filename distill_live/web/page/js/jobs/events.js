// @ts-check
/** What a job has reported so far: `useEvents(job)` -> its events in order, each {n, type, …}. */

import { get } from '../core/api.js'
import { useEffect, useRef, useState } from '../core/dom.js'
import { apiPath } from '../listing/undo.js'
import { isActive } from './jobs.js'

const EVERY_MS = 1000

/** @param {any} job @returns {any[]} */
export function useEvents(job) {
  const [events, setEvents] = useState(/** @type {any[]} */ ([]))
  const next = useRef(0)
  const id = job?.id
  const active = Boolean(job) && isActive(job)
  useEffect(() => {
    next.current = 0
    setEvents([])
  }, [id])
  useEffect(() => {
    if (!id) return undefined
    let going = true
    const ask = async () => {
      const answer = await get(`${apiPath('jobs', id, 'events')}?after=${next.current}`).catch(() => null)
      if (!going || !answer?.events?.length) return
      next.current = answer.next ?? answer.events.at(-1).n
      setEvents((old) => [...old, ...answer.events])
    }
    ask()
    // Once more after it has ended: its last lines come with its end.
    const timer = active ? window.setInterval(ask, EVERY_MS) : 0
    return () => {
      going = false
      window.clearInterval(timer)
    }
  }, [id, active])
  return events
}
