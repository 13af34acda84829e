// @ts-check
/** The mappings in use, each with the value that runs along it, and what comes in. */

import { html, useEffect, useState } from '../core/dom.js'
import { store, useConnection, useDocument, watch } from '../core/store.js'
import { Incoming } from './incoming.js'
import { MappingRow } from './mapping_row.js'

/** How long a mapping glows after a message has come through it. */
const GLOW_MS = 400
/** Lines of the log that are kept. */
const KEPT = 40

export function Mappings() {
  const mappings = useDocument('mappings')
  const [text, setText] = useState('')
  const { entries, glowing } = useIncoming()
  const connection = useConnection()
  const found = (mappings ?? []).filter((/** @type {any} */ one) => matches(one, text))
  return html`<div class="stack">
    <section class="panel" aria-label="Mappings">
      <div class="panel-head">
        <h2>Mappings</h2>
        <input
          type="search"
          class="search"
          placeholder="Search"
          aria-label="Search in the mappings"
          value=${text}
          onInput=${(/** @type {any} */ event) => setText(event.target.value)}
        />
      </div>
      ${!mappings && html`<p class="empty">${connection === 'open' ? 'No instrument is playing here, so no patch is in use.' : 'Waiting for the server …'}</p>`}
      ${mappings && found.length === 0 &&
      html`<p class="empty">${mappings.length ? 'No mapping matches.' : 'The patch has no mappings yet: add some in its text.'}</p>`}
      <ul class="mappings">
        ${found.map(
          (/** @type {any} */ mapping, /** @type {number} */ n) => html`<${MappingRow}
            key=${`${n} ${mapping.source} ${mapping.target}`}
            mapping=${mapping}
            glows=${glowing.has(mapping.target)}
          />`,
        )}
      </ul>
    </section>
    <${Incoming} entries=${entries} />
  </div>`
}

/** What came in lately, newest first, and the targets that it has just reached. */
function useIncoming() {
  const [entries, setEntries] = useState(/** @type {any[]} */ ([]))
  const [glowing, setGlowing] = useState(new Set())
  useEffect(() => {
    const unwatch = watch('incoming')
    const off = store.onIncoming((/** @type {any[]} */ news) => {
      setEntries((old) => [...news.toReversed(), ...old].slice(0, KEPT))
      const reached = news.map((one) => one.target).filter(Boolean)
      setGlowing((old) => new Set([...old, ...reached]))
      setTimeout(() => setGlowing((old) => without(old, reached)), GLOW_MS)
    })
    return () => {
      off()
      unwatch()
    }
  }, [])
  return { entries, glowing }
}

function without(/** @type {Set<any>} */ set, /** @type {any[]} */ gone) {
  return new Set([...set].filter((one) => !gone.includes(one)))
}

function matches(/** @type {any} */ mapping, /** @type {string} */ text) {
  return `${mapping.source} ${mapping.target}`.toLowerCase().includes(text.trim().toLowerCase())
}
