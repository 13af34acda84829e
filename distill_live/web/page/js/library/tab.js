// @ts-check
/** The Library tab: all models, what each is like, and what can be done with it. */

import { html, useMedia, useRemembered, useState } from '../core/dom.js'
import { useDocument } from '../core/store.js'
import { Problem, useLoaded } from '../listing/loaded.js'
import { ModelDetails } from './model_details.js'
import { ModelRow } from './model_row.js'
import { UploadModel } from './upload_model.js'

export const id = 'library'
export const title = 'Library'

/** Where the details have room beside the list. */
const WIDE = '(min-width: 1024px)'

const ORDERS = {
  name: (/** @type {any} */ a, /** @type {any} */ b) => a.name.localeCompare(b.name),
  newest: (/** @type {any} */ a, /** @type {any} */ b) => (b.created ?? '').localeCompare(a.created ?? ''),
  size: (/** @type {any} */ a, /** @type {any} */ b) => (b.bytes ?? 0) - (a.bytes ?? 0),
}

export function Tab() {
  const models = useLoaded('/api/models')
  const playing = useDocument('model')?.name
  /** '' until somebody chooses; null once the details were closed. */
  const [wanted, setWanted] = useState(/** @type {string|null} */ (''))
  const wide = useMedia(WIDE)
  const all = models.data?.models ?? []
  const chosen = wanted === null ? '' : chosenOf(all, wanted, wide ? playing : null)
  const selected = all.find((/** @type {any} */ one) => one.name === chosen)
  // A model that was renamed stays the one that is looked at.
  const changed = (/** @type {string} */ name) => {
    setWanted(name)
    models.reload()
  }
  return html`<div class="two-columns wide-left" data-open=${Boolean(selected)}>
    <section class="panel" aria-label="Models">
      <${Problem} text=${models.error} retry=${models.reload} />
      <${List} all=${all} known=${Boolean(models.data)} playing=${playing} chosen=${chosen}
        choose=${setWanted} changed=${changed} />
    </section>
    ${selected
      ? html`<${ModelDetails}
          key=${selected.name}
          model=${selected}
          playing=${playing === selected.name}
          changed=${changed}
          close=${() => setWanted(null)}
        />`
      : html`<p class="empty nothing-chosen">Choose a model to see its codebooks and its recordings.</p>`}
  </div>`
}

/** The model that is looked at: the chosen one, or that in play, or the first. Without room for both
 * (`playing` null) the list comes first. */
function chosenOf(/** @type {any[]} */ all, /** @type {string} */ wanted, /** @type {string|undefined|null} */ playing) {
  if (wanted || playing === null) return wanted
  const names = all.map((one) => one.name)
  return names.includes(playing) ? playing : [...names].sort((a, b) => a.localeCompare(b))[0] ?? ''
}

function List(/** @type {any} */ { all, known, playing, chosen, choose, changed }) {
  const [text, setText] = useState('')
  const [order, setOrder] = useRemembered('library.order', 'name')
  const found = all.filter((/** @type {any} */ one) => matches(one, text))
  found.sort(ORDERS[/** @type {keyof typeof ORDERS} */ (order)] ?? ORDERS.name)
  const value = (/** @type {any} */ event) => event.target.value
  return html`<div class="panel-head">
      <h2>Models</h2>
      <input
        type="search"
        class="search"
        placeholder="Name, tag or recording"
        aria-label="Search in the models"
        value=${text}
        onInput=${(/** @type {any} */ event) => setText(value(event))}
      />
      <select aria-label="Order" value=${order} onChange=${(/** @type {any} */ e) => setOrder(value(e))}>
        <option value="name">by name</option>
        <option value="newest">newest first</option>
        <option value="size">largest first</option>
      </select>
      <${UploadModel} changed=${changed} />
    </div>
    ${known && found.length === 0 &&
    html`<p class="empty">
      ${all.length ? 'No model matches.' : 'There are no models yet. The Train tab makes one from your recordings.'}
    </p>`}
    <ul class="models">
      ${found.map(
        (/** @type {any} */ model) => html`<${ModelRow}
          key=${model.name}
          model=${model}
          playing=${model.name === playing}
          selected=${model.name === chosen}
          onSelect=${() => choose(model.name)}
        />`,
      )}
    </ul>`
}

function matches(/** @type {any} */ model, /** @type {string} */ text) {
  const words = [model.name, ...(model.tags ?? []), ...(model.recordings ?? [])].join('\n').toLowerCase()
  return words.includes(text.trim().toLowerCase())
}
