// @ts-check
/**
 * The model in play, and the others to crossfade to.
 *   ModelMenu()
 */

import { html } from '../core/dom.js'
import { send, store, useDocument } from '../core/store.js'
import { get, hasApi } from '../core/api.js'
import { formatValue } from '../core/format.js'
import { asked } from '../controls/dialog.js'
import { Icon } from '../controls/icons.js'
import { openMenu } from '../controls/menu.js'

export function ModelMenu() {
  const model = useDocument('model')
  const open = async (/** @type {any} */ event) => {
    const { currentTarget } = event
    const names = await modelNames()
    openMenu({ currentTarget, type: 'click' }, entries(names, model?.name), fadeText())
  }
  return html`<button type="button" class="button model-menu" onClick=${open} aria-haspopup="menu"
    aria-label=${`Model: ${model?.name ?? 'none'}. Choose another.`}>
    <span class="cut">${model?.name ?? 'no model'}</span><${Icon} name="down" />
  </button>`
}

async function modelNames() {
  try {
    if (!(await hasApi('/api/models'))) return []
    return (await get('/api/models')).models.map((/** @type {any} */ one) => one.name)
  } catch {
    // The list is a convenience: a name can still be typed.
    return []
  }
}

function entries(/** @type {string[]} */ names, /** @type {string|undefined} */ now) {
  return [
    ...names.map((name) => ({ label: name, checked: name === now, run: () => load(name) })),
    { label: 'Type a name', run: typed },
  ]
}

async function typed() {
  const name = await asked('Load a model', { action: 'Load', hint: 'Name of a model in the library' })
  if (name) load(name)
}

function load(/** @type {string} */ name) {
  send('/distill/model', name)
}

function fadeText() {
  const parameter = store.parameters.get('model_fade')
  return parameter && `Crossfade over ${formatValue(store.value('model_fade'), parameter)}`
}
