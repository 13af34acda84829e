// @ts-check
/**
 * Presets: recall at once, gradually or in beats; store, delete, step through.
 *   Presets()
 */

import { classes, html } from '../core/dom.js'
import { send, useDocument } from '../core/store.js'
import { Button } from '../controls/button.js'
import { useControlMenu } from '../controls/control_menu.js'
import { asked, confirmed } from '../controls/dialog.js'
import { Fader } from '../controls/fader.js'

export function Presets() {
  const presets = useDocument('presets') ?? []
  const next = () => send('/distill/preset/next')
  const previous = () => send('/distill/preset/previous')
  return html`<section class="panel" aria-label="Presets">
    <div class="panel-head">
      <h2>Presets</h2>
      <${Button} label="Previous preset" icon="left" hideLabel onPress=${previous} learn="preset/previous" />
      <${Button} label="Next preset" icon="right" hideLabel onPress=${next} learn="preset/next" />
      <${Button} label="Store" icon="plus" onPress=${store} />
    </div>
    <div class="chips">
      ${presets.length === 0
        && html`<p class="empty">Store all current values under a name, and recall them with one press.</p>`}
      ${presets.map((/** @type {any} */ one) => html`<${Preset} key=${one.name} ...${one} />`)}
    </div>
    <${Fader} name="morph" label="Morph time" />
  </section>`
}

function Preset(/** @type {any} */ { name, stored, current, changed }) {
  const menu = useControlMenu({
    learn: ['preset', name],
    label: name,
    items: [
      { label: 'Recall at once', run: () => send('/distill/preset', name, 0) },
      { label: 'Recall over 4 beats', run: () => send('/distill/preset/beats', name, 4) },
      { label: 'Recall over 16 beats', run: () => send('/distill/preset/beats', name, 16) },
      { label: 'Store the current values here', run: () => send('/distill/preset/store', name) },
      stored && { label: 'Delete', run: () => remove(name) },
    ],
  })
  const about = changed ? 'Changed since: press to recall it again' : stored ? 'Stored here' : 'From the patch'
  return html`<button type="button" class=${classes('button', 'preset', changed && 'changed')}
    aria-pressed=${String(Boolean(current))} title=${about} data-preset=${name}
    onClick=${() => send('/distill/preset', name)} ...${menu}>
    <span class="cut">${name}</span>${changed && html`<small>changed</small>`}</button>`
}

async function store() {
  const name = await asked('Store all current values', { action: 'Store', hint: 'Name of the preset' })
  if (name) send('/distill/preset/store', name)
}

async function remove(/** @type {string} */ name) {
  if (await confirmed(`Delete the preset ${name}?`, { action: 'Delete', danger: true })) {
    send('/distill/preset/delete', name)
  }
}
