// @ts-check
/** The patch as a text: checked while it is typed, saved with a backup, in use at once. */

import { get, put } from '../core/api.js'
import { toast } from '../controls/toast.js'
import { confirmed } from '../controls/dialog.js'
import { html, useEffect, useRef, useState } from '../core/dom.js'
import { Problem } from '../listing/loaded.js'
import { attempt } from '../listing/undo.js'
import { TextArea } from './text_area.js'

const CHECK_MS = 400

export function Editor() {
  const patch = usePatch()
  const area = useRef(/** @type {HTMLTextAreaElement|null} */ (null))
  if (patch.error) {
    return html`<section class="panel" aria-label="Text of the patch">
      <${Problem} text=${patch.error} retry=${patch.load} />
    </section>`
  }
  if (!patch.saved) return html`<p class="empty">Reading the patch …</p>`
  const changed = patch.text !== patch.saved.text
  const reload = async () => {
    if (!changed || (await confirmed('Give up your changes?', { action: 'Give up', danger: true }))) patch.load()
  }
  const save = () => (patch.problems.length ? goTo(area.current, patch.problems[0].line) : patch.save())
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return
    event.preventDefault()
    save()
  }
  return html`<section class="panel stack" aria-label="Text of the patch" onKeyDown=${press}>
    <div class="panel-head">
      <h2 class="cut">${patch.saved.name}</h2>
      <button class="button quiet" onClick=${reload}>Read again</button>
      <button class="button primary" disabled=${!changed} title="Ctrl+S" onClick=${save}>Save</button>
    </div>
    <p class="soft">${whereTo(patch.saved, changed)}</p>
    <${TextArea} area=${area} text=${patch.text} setText=${patch.setText} problems=${patch.problems} />
    <${Problems} problems=${patch.problems} go=${(/** @type {number} */ line) => goTo(area.current, line)} />
  </section>`
}

/** The patch on the server and the text here. */
function usePatch() {
  const [saved, setSaved] = useState(/** @type {any} */ (null))
  const [text, setText] = useState('')
  const [problems, setProblems] = useState(/** @type {any[]} */ ([]))
  const [error, setError] = useState('')
  const load = () =>
    get('/api/patch').then(
      (found) => {
        setSaved(found)
        setText(found.text)
        setProblems(found.problems)
        setError('')
      },
      (reason) => setError(reason.message),
    )
  useEffect(() => void load(), [])
  useEffect(() => {
    if (!saved || text === saved.text) return undefined
    const timer = setTimeout(
      () => put('/api/patch/check', { text }).then((found) => setProblems(found.problems), () => {}),
      CHECK_MS,
    )
    return () => clearTimeout(timer)
  }, [text])
  const save = async () => {
    const answer = await attempt(put('/api/patch', { text, revision: saved.revision }))
    if (!answer) return
    setProblems(answer.problems)
    if (!answer.saved) return
    setSaved({ ...saved, ...answer, text })
    const before = answer.backup ? ` The text before is in ${answer.backup}.` : ''
    toast(`Saved to ${answer.path}.${before}`, { kind: 'good' })
  }
  return { saved, text, setText, problems, error, load, save }
}

function whereTo(/** @type {any} */ saved, /** @type {boolean} */ changed) {
  const place = saved.path === saved.savesTo ? saved.path : `${saved.path}; your copy is saved to ${saved.savesTo}`
  return `${place}${changed ? ' · changed' : ''}`
}

function Problems(/** @type {any} */ { problems, go }) {
  return html`<div role="status">
    ${problems.length === 0
      ? html`<p class="good">No mistakes.</p>`
      : html`<ul class="problems">
          ${problems.map(
            (/** @type {any} */ one) => html`<li key=${`${one.line} ${one.message}`}>
              <button class="button" onClick=${() => go(one.line)}>Line ${one.line}</button>
              <span>${one.message}</span>
            </li>`,
          )}
        </ul>`}
  </div>`
}

/** Put the cursor on a line. */
function goTo(/** @type {HTMLTextAreaElement|null} */ area, /** @type {number} */ line) {
  if (!area) return
  const lines = area.value.split('\n')
  const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0)
  area.focus()
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0))
  const high = area.scrollHeight / Math.max(lines.length, 1)
  area.scrollTop = Math.max(0, (line - 3) * high)
}
