// @ts-check
/** The recordings of a training: choose a set, drop files into it, and see what was found in it. */

import { post, upload } from '../core/api.js'
import { asked } from '../controls/dialog.js'
import { html, useEffect, useState } from '../core/dom.js'
import { Icon } from '../controls/icons.js'
import { formatBytes, formatShare } from '../core/format.js'
import { attempt, apiPath, deleteWithUndo } from '../listing/undo.js'
import { DropZone } from './drop_zone.js'
import { Inspection, Refused } from './inspection.js'

/** Files that were not uploaded to a set. @type {{set: string, files: {name: string, reason: string}[]}} */
const NONE_SKIPPED = { set: '', files: [] }

/** @param {any} props */
export function Recordings({ sets, set, choose, reload, inspection, setInspection }) {
  const [sending, setSending] = useState(/** @type {any} */ (null))
  const [skipped, setSkipped] = useState(NONE_SKIPPED)
  const inspecting = useInspection(set, Boolean(sending), setInspection)
  const create = async (/** @type {string} */ name) => {
    const made = await attempt(post('/api/sets', { name }))
    if (made) choose(made.name ?? name)
    await reload()
    return made ? (made.name ?? name) : ''
  }
  const take = async (/** @type {{name: string, file: File}[]} */ files, /** @type {string[]} */ others) => {
    setSkipped(NONE_SKIPPED)
    const name = set?.name ?? (await create(freeName(sets)))
    const refused = name ? await sendAll(name, files, setSending) : []
    setSkipped({ set: name, files: [...refused, ...others.map((one) => ({ name: one, reason: 'not a sound file' }))] })
    // First the new list, then the end of sending: so the set is looked into once.
    await reload()
    setSending(null)
  }
  const askName = async () => {
    const name = await asked('New set of recordings', { value: freeName(sets), action: 'Create' })
    if (name) create(name)
  }
  return html`<section class="panel stack" aria-label="Recordings">
    <div class="panel-head">
      <h2>Recordings</h2>
      <select
        aria-label="Set of recordings"
        value=${set?.name ?? ''}
        onChange=${(/** @type {any} */ event) => choose(event.target.value)}
      >
        <option value="">${sets.length ? 'Choose a set' : 'No set yet'}</option>
        ${sets.map((/** @type {any} */ one) => html`<option key=${one.name} value=${one.name}>${one.name}</option>`)}
      </select>
      <button class="button" onClick=${askName}>New set</button>
    </div>
    <${DropZone} take=${take} disabled=${Boolean(sending)} />
    ${sending && html`<${Sending} ...${sending} />`}
    <div role="alert">
      <${Refused} refused=${skipped.set === (set?.name ?? '') ? skipped.files : []} what="could not be uploaded" />
    </div>
    ${set && html`<${Files} set=${set} inspection=${inspection} reload=${reload} choose=${choose} />`}
    ${set && html`<${Inspection} found=${inspection} busy=${inspecting} />`}
  </section>`
}

/** Look into a set when it is chosen, and when its files change. Returns whether it is at it. */
function useInspection(
  /** @type {any} */ set,
  /** @type {boolean} */ waits,
  /** @type {(found: any) => void} */ setInspection,
) {
  const [busy, setBusy] = useState(false)
  const files = (set?.files ?? []).map((/** @type {any} */ one) => `${one.name} ${one.bytes}`).join('\n')
  useEffect(() => {
    let wanted = true
    setInspection(null)
    if (!set || !files || waits) return undefined
    const tell = (/** @type {any} */ found) => wanted && setInspection(found ?? null)
    setBusy(true)
    lookInto(set.name, tell).then(() => wanted && setBusy(false))
    return () => {
      wanted = false
      setBusy(false)
    }
  }, [set?.name, files, waits])
  return busy
}

/** Say what a set is like as soon as it is known; how long training takes needs longer to measure. */
async function lookInto(/** @type {string} */ set, /** @type {(found: any) => void} */ tell) {
  const path = apiPath('sets', set, 'inspect')
  const found = await attempt(post(path, { estimate: false }))
  tell(found)
  if (!found?.found?.length) return
  const { estimate } = await post(path, { estimate: true })
    .catch((/** @type {Error} */ error) => ({ estimate: { reason: error.message } }))
  tell({ ...found, estimate: estimate ?? { reason: 'nothing here can be measured' } })
}

/** Send files one after the other; one that is refused does not stop the others. Returns those, with the reasons. */
async function sendAll(
  /** @type {string} */ set,
  /** @type {{name: string, file: File}[]} */ files,
  /** @type {(state: any) => void} */ show,
) {
  const skipped = []
  for (const [n, { name, file }] of files.entries()) {
    const tell = (/** @type {number} */ share) => show({ name, share, number: n + 1, count: files.length })
    tell(0)
    await upload(apiPath('sets', set, 'files', name), file, tell)
      .catch((/** @type {Error} */ error) => skipped.push({ name, reason: error.message }))
  }
  return skipped
}

function Sending(/** @type {any} */ { name, share, number, count }) {
  return html`<div class="sending" role="status">
    <progress max="1" value=${share} aria-label=${`Uploading ${name}`}></progress>
    <p class="soft cut">${number} of ${count}: ${name}, ${formatShare(share)}</p>
  </div>`
}

function Files(/** @type {any} */ { set, inspection, reload, choose }) {
  const refused = new Map((inspection?.refused ?? []).map((/** @type {any} */ one) => [one.name, one.reason]))
  const drop = (/** @type {string} */ name) =>
    deleteWithUndo(apiPath('sets', set.name, 'files', name), name, reload)
  const dropAll = () =>
    deleteWithUndo(apiPath('sets', set.name), `The set ${set.name}`, () => (choose(''), reload()))
  return html`<details>
    <summary>
      ${set.files.length === 1 ? '1 file' : `${set.files.length} files`}, ${formatBytes(set.bytes ?? 0)}
    </summary>
    <ul class="files">
      ${set.files.map(
        (/** @type {any} */ one) => html`<li key=${one.name}>
          <span class="grow cut">${one.name}</span>
          <span class="soft number">${refused.has(one.name) ? 'not used' : formatBytes(one.bytes)}</span>
          <button class="button quiet" aria-label=${`Remove ${one.name}`} onClick=${() => drop(one.name)}><${Icon} name="close" /></button>
        </li>`,
      )}
    </ul>
    <button class="button danger" onClick=${dropAll}>Delete the set</button>
  </details>`
}

function freeName(/** @type {any[]} */ sets) {
  const names = sets.map((one) => one.name)
  const free = [...Array(sets.length + 1).keys()].map((n) => (n ? `recordings ${n + 1}` : 'recordings'))
  return free.find((name) => !names.includes(name)) ?? 'recordings'
}
