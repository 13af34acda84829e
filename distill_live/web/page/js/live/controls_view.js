// @ts-check
/** Every parameter, grouped, with a filter: made from the parameter table. */

import { html, useState } from '../core/dom.js'
import { send, store, useHello, useLevels } from '../core/store.js'
import { titleOf, words } from '../core/format.js'
import { useKeys } from '../core/keys.js'
import { Button, Toggle } from '../controls/button.js'
import { Fader } from '../controls/fader.js'
import { GROUPS } from './groups.js'
import { Section } from './status_line.js'

export function ControlsView() {
  useHello()
  const [filter, setFilter] = useState('')
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = [...store.parameters.values()].filter((one) => matches(one, words))
  const groups = new Map()
  for (const one of shown) {
    const group = groupOf(one)
    groups.set(group, [...(groups.get(group) ?? []), one])
  }
  useKeys('Live', [{ keys: '/', text: 'Search the controls', run: () => document.getElementById('filter')?.focus() }])
  return html`<div class="controls-view">
    <input id="filter" type="search" class="filter" placeholder="Search ${store.parameters.size} controls"
      aria-label="Search the controls" value=${filter}
      onInput=${(/** @type {any} */ event) => setFilter(event.currentTarget.value)} />
    <div class="groups">
      ${[...groups].map(([group, list]) => html`<${Group} key=${group} name=${group} list=${list} />`)}
    </div>
    ${shown.length === 0 && html`<p class="empty">No control is called “${filter}”.</p>`}
  </div>`
}

function Group(/** @type {any} */ { name, list }) {
  const levels = useLevels()
  const path = list[0].name.includes('/') ? list[0].name.replace(/\/[^/]+$/, '') : ''
  return html`<section class="panel" aria-label=${name}>
    <div class="panel-head"><h2>${name}</h2>
      ${path && html`<${Button} label="Reset" kind="quiet" onPress=${() => send('/distill/reset', path)} />`}</div>
    <div class="stack">
      ${list.map((/** @type {any} */ one) => html`<${Control} key=${one.name} parameter=${one} path=${path} levels=${levels} />`)}
    </div>
  </section>`
}

function Control(/** @type {any} */ { parameter, path, levels }) {
  const { name, kind, perLevel } = parameter
  const Kind = kind === 'bool' ? Toggle : Fader
  return html`<div class="control">
    <${Kind} name=${name} label=${titleOf(name, path)} />
    ${name === 'steer/section' && html`<${Section} />`}
    ${perLevel && html`<div class=${kind === 'bool' ? 'level-row' : 'level-row faders'}>
      ${levels.map((/** @type {any} */ level) => html`<${Kind} key=${level.name} name=${name} level=${level} />`)}</div>`}
  </div>`
}

function groupOf(/** @type {any} */ { name, group }) {
  if (name.startsWith('edit/')) return `Edit: ${words(name.split('/')[1])}`
  if (name.startsWith('steer/')) return 'Steering'
  const home = Object.entries(GROUPS).find(([, names]) => names.includes(name))
  return home?.[0] ?? words(group || name.split('/')[0])
}

function matches(/** @type {any} */ { name, doc }, /** @type {string[]} */ words) {
  const text = `${name} ${name.replaceAll(/[_/]/g, ' ')} ${doc}`.toLowerCase()
  return words.every((word) => text.includes(word))
}
