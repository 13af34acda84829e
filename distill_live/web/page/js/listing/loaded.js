// @ts-check
/**
 * What the HTTP API answers, as state of a component.
 *
 *   const models = useLoaded('/api/models')   -> { data, error, busy, reload }
 *
 * `data` keeps the newest answer while the next one is on its way; without a path nothing is asked.
 */

import { get } from '../core/api.js'
import { html, useCallback, useEffect, useRef, useState } from '../core/dom.js'

/** @param {string|null} path */
export function useLoaded(path) {
  const [state, setState] = useState({ path, data: /** @type {any} */ (null), error: '', busy: Boolean(path) })
  const asked = useRef(0)
  const reload = useCallback(() => {
    if (!path) return Promise.resolve()
    const number = ++asked.current
    const keep = (/** @type {any} */ change) =>
      number === asked.current && setState((old) => ({ ...kept(old, path), busy: false, ...change }))
    return get(path).then(
      (data) => keep({ data, error: '' }),
      (error) => keep({ error: error.message }),
    )
  }, [path])
  useEffect(() => {
    reload()
    return () => void asked.current++
  }, [reload])
  return { ...kept(state, path), reload }
}

/** What is known about this path; nothing of another one. */
function kept(/** @type {any} */ state, /** @type {string|null} */ path) {
  return state.path === path ? state : { path, data: null, error: '', busy: Boolean(path) }
}

/** Why something could not be loaded, with a button to try again. @param {any} props */
export function Problem({ text, retry }) {
  if (!text) return null
  return html`<div class="problem" role="alert">
    <p>${text}</p>
    ${retry && html`<button class="button" onClick=${retry}>Try again</button>`}
  </div>`
}
