// @ts-check
/** What is played with most: levels, the sound, steering, presets, clips and a pad. */

import { html, useMedia, useRemembered } from '../core/dom.js'
import { send, store } from '../core/store.js'
import { docOf, titleOf } from '../core/format.js'
import { Button } from '../controls/button.js'
import { Fader } from '../controls/fader.js'
import { LevelFaders } from '../controls/level_faders.js'
import { Segments } from '../controls/segments.js'
import { XyPad } from '../controls/xy_pad.js'
import { Clips } from './clips.js'
import { GROUPS } from './groups.js'
import { LiveInput } from './live_input.js'
import { Presets } from './presets.js'
import { Section } from './status_line.js'

/** Levels and presets come first, side by side where there is room. */
export function PlayView() {
  const isWide = useMedia('(min-width: 1200px)')
  if (isWide) {
    return html`<div class="columns">
      <div class="column"><${Sampling} /><${Output} /><${Pad} /></div>
      <div class="column"><${Sound} /><${Steering} /></div>
      <div class="column"><${Presets} /><${Clips} /><${LiveInput} /></div>
    </div>`
  }
  return html`<div class="columns two">
    <div class="column"><${Sampling} /><${Sound} /><${Steering} /><${Output} /></div>
    <div class="column"><${Presets} /><${Clips} /><${LiveInput} /><${Pad} /></div>
  </div>`
}

/** Parameters that each level can have alone, but not those of edits. */
function Sampling() {
  const switches = new Set([...store.edits.values()].map((one) => one.switch))
  const names = [...store.parameters.values()]
    .filter((one) => one.perLevel && one.kind !== 'bool' && !switches.has(one.name))
    .map((one) => one.name)
  const [chosen, choose] = useRemembered('sampling', names[0])
  const isLow = useMedia('(max-height: 1099px)')
  const name = names.includes(chosen) ? chosen : names[0]
  if (!name) return null
  const options = names.map((one) => ({ id: one, label: titleOf(one) }))
  return html`<section class="panel sampling" aria-label="Sampling">
    ${isLow ? html`<${Choice} options=${options} value=${name} onChange=${choose} />`
      : html`<${Segments} label="Sampling parameter" options=${options} value=${name} onChange=${choose} />`}
    <${LevelFaders} name=${name} key=${name} />
    ${!isLow && html`<p class="soft hint">${docOf(store.parameters.get(name))}</p>`}
  </section>`
}

/** The same choice in one row, for windows that are not high. */
function Choice(/** @type {any} */ { options, value, onChange }) {
  return html`<label class="inline-field"><span>Sampling</span>
    <select aria-label="Sampling parameter" title=${docOf(store.parameters.get(value))}
      onChange=${(/** @type {any} */ event) => onChange(event.currentTarget.value)}>
      ${options.map((/** @type {any} */ one) => html`<option value=${one.id} selected=${one.id === value}>${one.label}</option>`)}
    </select></label>`
}

/** How codes become sound. */
function Sound() {
  return html`<section class="panel" aria-label="Sound">
    <div class="panel-head"><h2>Sound</h2></div>
    <div class="stack">${GROUPS.Sound.map((name) => html`<${Fader} key=${name} name=${name} />`)}</div>
  </section>`
}

function Output() {
  return html`<section class="panel" aria-label="Output">
    <div class="panel-head"><h2>Output</h2></div>
    <div class="stack"><${Fader} name="gain" /><${Fader} name="width" /></div>
  </section>`
}

function Steering() {
  const names = [...store.parameters.keys()].filter((name) => name.startsWith('steer/'))
  if (!names.length) return null
  return html`<section class="panel" aria-label="Steering">
    <div class="panel-head"><h2>Steering</h2>
      <${Button} label="All off" onPress=${() => send('/distill/steer/off')} learn="steer/off" /></div>
    <div class="stack">
      ${names.map((name) => html`<${Fader} key=${name} name=${name} label=${titleOf(name, 'steer')} />`)}
      <${Section} />
    </div>
  </section>`
}

function Pad() {
  return html`<section class="panel" aria-label="Pad">
    <div class="panel-head"><h2>Pad</h2></div><${XyPad} id="pad" />
  </section>`
}
