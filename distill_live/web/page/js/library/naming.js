// @ts-check
/** A model's name and its tags, to be changed in place. */

import { patch } from '../core/api.js'
import { html, useState } from '../core/dom.js'
import { Icon } from '../controls/icons.js'
import { attempt, apiPath } from '../listing/undo.js'

/** @param {any} props */
export function Name({ model, changed }) {
  const [text, setText] = useState(/** @type {string|null} */ (null))
  if (text === null) {
    return html`<h2 class="cut">${model.name}</h2>
      ${model.own !== false &&
      html`<button class="button quiet" onClick=${() => setText(model.name)}>Rename</button>`}`
  }
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault()
    const name = text.trim()
    if (name === model.name || !name) return setText(null)
    const done = await attempt(patch(apiPath('models', model.name), { name }), `Renamed to ${name}.`)
    if (!done) return undefined
    setText(null)
    return changed(name)
  }
  return html`<form class="row grow" onSubmit=${save}>
    <input
      class="grow"
      aria-label="New name"
      maxlength="100"
      value=${text}
      ref=${focusOnce}
      onInput=${(/** @type {any} */ event) => setText(event.target.value)}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && setText(null)}
    />
    <button class="button primary">Rename</button>
    <button type="button" class="button quiet" onClick=${() => setText(null)}>Cancel</button>
  </form>`
}

/** @param {any} props */
export function Tags({ model, changed }) {
  const [text, setText] = useState('')
  const tags = model.tags ?? []
  const set = async (/** @type {string[]} */ next) => {
    const done = await attempt(patch(apiPath('models', model.name), { tags: next }))
    if (done) changed(model.name)
    return done
  }
  const add = async (/** @type {Event} */ event) => {
    event.preventDefault()
    const tag = text.trim()
    if (tag && (tags.includes(tag) || (await set([...tags, tag])))) setText('')
  }
  const own = model.own !== false
  if (!own && !tags.length) return null
  return html`<div class="row tags">
    ${tags.map(
      (/** @type {string} */ tag) => html`<span class="badge" key=${tag}>
        ${tag}
        ${own &&
        html`<button
          class="badge-remove"
          aria-label=${`Remove the tag ${tag}`}
          onClick=${() => set(tags.filter((/** @type {string} */ one) => one !== tag))}
        >
          <${Icon} name="close" />
        </button>`}
      </span>`,
    )}
    ${own &&
    html`<form class="row" onSubmit=${add}>
      <input
        class="tag-field"
        aria-label="New tag"
        placeholder="Add a tag"
        maxlength="100"
        value=${text}
        onInput=${(/** @type {any} */ event) => setText(event.target.value)}
      />
      ${text.trim() && html`<button class="button">Add</button>`}
    </form>`}
  </div>`
}

/** Give an input that has just appeared the focus, its text selected. */
function focusOnce(/** @type {HTMLInputElement|null} */ input) {
  if (input && !input.dataset.focused) {
    input.dataset.focused = 'yes'
    input.focus()
    input.select()
  }
}
