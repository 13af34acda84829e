// @ts-check
/**
 * Clips: loop, continue from, blend; load from a file, capture what was heard, delete.
 *   Clips()
 */

import { html } from '../core/dom.js'
import { send, useDocument } from '../core/store.js'
import { formatSeconds } from '../core/format.js'
import { Button } from '../controls/button.js'
import { useControlMenu } from '../controls/control_menu.js'
import { confirmed } from '../controls/dialog.js'
import { Fader } from '../controls/fader.js'
import { openMenu } from '../controls/menu.js'
import { ClipChoice, useClipNeed } from './clip_choice.js'
import { captureClip, loadClip } from './clip_dialogs.js'

const USES = [
  ['blend/clip', 'Blend into the stream'],
  ['manner/clip', 'Play in its manner'],
  ['edit/clip', 'Use for edits'],
]

export function Clips() {
  const clips = useDocument('clips') ?? []
  return html`<section class="panel" aria-label="Clips">
    <div class="panel-head">
      <h2>Clips</h2>
      <${Button} label="Capture" icon="record" onPress=${captureClip} />
      <${Button} label="Load" icon="plus" onPress=${loadClip} />
    </div>
    ${clips.length === 0
      ? html`<p class="empty">Load a recording, or capture what you have just heard, to loop it,
          continue from it or blend it in.</p>`
      : html`<ul class="list">
          ${clips.map((/** @type {any} */ one) => html`<${Clip} key=${one.name} ...${one} />`)}
        </ul>`}
    <div class="stack">
      <${ClipChoice} request="blend/clip" label="Blend into the stream" />
      <${Fader} name="blend" disabled=${useClipNeed('blend/clip')} />
      <${ClipChoice} request="manner/clip" label="Play in the manner of" />
      <${Fader} name="manner" disabled=${useClipNeed('manner/clip')} />
    </div>
  </section>`
}

function Clip(/** @type {any} */ { name, seconds, usable, source }) {
  const menu = useControlMenu({ learn: ['clip/play', name], label: name, items: items(name) })
  const about = [Number.isFinite(seconds) && formatSeconds(seconds), usable === false && 'not for this model']
  return html`<li class="list-row" ...${menu} data-clip=${name}>
    <div class="grow"><div class="cut">${name}</div>
      <div class="cut soft small">${[...about, source].filter(Boolean).join(', ')}</div></div>
    <${Button} label=${`Loop ${name}`} icon="loop" hideLabel disabled=${usable === false}
      onPress=${() => send('/distill/clip/play', name)} title="Play it in a loop" />
    <${Button} label=${`Continue from ${name}`} icon="release" hideLabel disabled=${usable === false}
      onPress=${() => send('/distill/clip/prime', name)} title="Continue from it" />
    <${Button} label=${`More about ${name}`} icon="more" kind="quiet" hideLabel
      onPress=${(/** @type {any} */ event) => openMenu(event, items(name), name)} />
  </li>`
}

function items(/** @type {string} */ name) {
  return [
    { label: 'Loop its first beat', run: () => send('/distill/clip/play', name, 1) },
    { label: 'Loop its first 4 beats', run: () => send('/distill/clip/play', name, 4) },
    ...USES.map(([request, label]) => ({ label, run: () => send(`/distill/${request}`, name) })),
    { label: 'Delete', run: () => remove(name) },
  ]
}

async function remove(/** @type {string} */ name) {
  if (await confirmed(`Delete the clip ${name}?`, { action: 'Delete', danger: true })) {
    send('/distill/clip/delete', name)
  }
}
