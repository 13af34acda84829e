// @ts-check
/** The name of a document, and what can be done with all of it. */

import { html, useMedia, useRemembered } from '../core/dom.js'
import { formatSeconds } from '../core/format.js'
import { Button } from '../controls/button.js'
import { confirmed } from '../controls/dialog.js'
import { openMenu } from '../controls/menu.js'
import { Segments } from '../controls/segments.js'
import { togglePlay } from './grid_keys.js'
import { soundOf } from './parts.js'
import { renameDocument, renameLevels } from './rename.js'
import { openSave, sendToLive } from './saving.js'

const SIDES = [{ id: 'decode', label: 'Codes' }, { id: 'original', label: 'Original' }]

/** @param {any} props */
export function PaneHead({ desk, id, view, touchSelects, setTouchSelects }) {
  const { document, side } = desk.of(id)
  const { sound, playing, loading } = desk.hearing.state
  const [loop, setLoop] = useRemembered('codes.loop', false)
  // Phones find the rest in the menu.
  const narrow = useMedia('(max-width: 719px)')
  const coarse = useMedia('(pointer: coarse)')
  desk.hearing.loop(loop)
  const sounds = sound?.id === id && (playing || loading)
  const { state, states } = document
  return html`<div class="panel-head document-head">
    <h2 class="document-name"><span class="cut">${document.name}</span>
      <small class="soft cut">${facts(document)}</small></h2>
    <div class="row">
      <${Button} label=${sounds ? 'Stop' : 'Play'} icon=${sounds ? 'stop' : 'play'}
        title=${loading && sounds ? 'Rendering the sound' : 'Play the selected columns, or all'}
        kind=${sounds || desk.active !== id ? '' : 'primary'} onPress=${() => togglePlay(desk, id)} />
      <${Button} label="Repeat" icon="loop" hideLabel pressed=${loop} onPress=${() => setLoop(!loop)} />
      ${document.sound && html`<${Segments} label="Compare" options=${SIDES} value=${side}
        onChange=${(/** @type {string} */ next) => compare(desk, id, next)} />`}
    </div>
    <div class="row">
      <${Button} label="Undo" icon="undo" hideLabel disabled=${state === 0} onPress=${() => desk.change(id, 'undo')} />
      <${Button} label="Redo" icon="redo" hideLabel disabled=${state >= states.length - 1}
        onPress=${() => desk.change(id, 'redo')} />
      <span class="joined">
        <${Button} label="Narrower columns" icon="minus" hideLabel extra="narrow" onPress=${() => view?.setZoom(view.zoom / 1.5)} />
        <${Button} label="Wider columns" icon="plus" hideLabel extra="narrow" onPress=${() => view?.setZoom(view.zoom * 1.5)} />
      </span>
      ${coarse && html`<${Button} label="Select" pressed=${touchSelects}
        title="Whether a finger selects cells, or scrolls" onPress=${() => setTouchSelects(!touchSelects)} />`}
      ${!narrow && html`<${Button} label="Send to the live stream" icon="live" hideLabel
        onPress=${() => sendToLive(desk, id)} />`}
      <${Button} label="Save" icon="download" hideLabel=${narrow} onPress=${() => openSave(desk, id)} />
      <${Button} label=${`More about ${document.name}`} icon="more" kind="quiet" hideLabel
        onPress=${(/** @type {any} */ event) => openMenu(event, items(desk, id, view), document.name)} />
    </div>
  </div>`
}

/** Go on with the recording in place of its codes, or the other way round. @param {any} desk @param {string} id */
export function compare(desk, id, side) {
  desk.set(id, { side })
  const { sound, playing, loading } = desk.hearing.state
  if (sound?.id !== id || sound.held || !(playing || loading)) return
  const end = desk.of(id).document.columns
  const columns = sound.columns ?? [sound.first, end]
  desk.hearing.swap(soundOf(desk.of(id), { columns }))
}

function items(/** @type {any} */ desk, /** @type {string} */ id, /** @type {any} */ view) {
  return [
    { label: 'Show all columns', run: () => view?.fit() },
    { label: 'Send to the live stream …', run: () => sendToLive(desk, id) },
    { label: 'Rename …', run: () => renameDocument(desk, id) },
    { label: 'Rename the levels …', run: () => renameLevels(desk, id) },
    desk.shown.length > 1 && { label: 'Put it aside', hint: 'stays open', run: () => desk.hide(id) },
    { label: 'Close it …', run: () => closeDocument(desk, id) },
  ]
}

/** @param {any} desk @param {string} id */
export async function closeDocument(desk, id) {
  const { name } = desk.documents.find((/** @type {any} */ one) => one.id === id)
  const text = `Close ${name}? Its codes and their history are deleted; what you saved stays.`
  if (await confirmed(text, { action: 'Close', danger: true })) desk.close(id)
}

/** A document in words. */
function facts(/** @type {any} */ { columns, columnSeconds, model }) {
  return `${formatSeconds(columns * columnSeconds)}, ${columns} columns, ${model}`
}
