// @ts-check
/** What comes in, and what it is mapped to: to find out why a controller does nothing. */

import { html, useEffect, useState } from '../core/dom.js'
import { store, useDocument, watch } from '../core/store.js'
import { useSaid } from '../frame/messages.js'
import { Button } from '../controls/button.js'

const MOST = 100

export function InputsView() {
  return html`<div class="columns">
    <div class="column"><${Incoming} /></div>
    <div class="column"><${Mappings} /></div>
    <div class="column"><${Ways} /><${Said} /></div>
  </div>`
}

function Incoming() {
  const [entries, setEntries] = useState(/** @type {any[]} */ ([]))
  const [paused, pause] = useState(false)
  useEffect(() => {
    if (paused) return
    const unwatch = watch('incoming')
    const off = store.onIncoming((more) => setEntries((old) => merged(old, more)))
    return () => {
      unwatch()
      off()
    }
  }, [paused])
  return html`<section class="panel" aria-label="Incoming messages">
    <div class="panel-head"><h2>Incoming messages</h2>
      <${Button} label="Pause" pressed=${paused} onPress=${() => pause(!paused)} />
      <${Button} label="Clear" kind="quiet" onPress=${() => setEntries([])} /></div>
    ${entries.length === 0 && html`<p class="empty">Move a control, or send a message: it is shown
      here with what it was taken for.</p>`}
    <ol class="log">${[...entries].reverse().map((one) => html`<${Entry} key=${one.key} ...${one} />`)}</ol>
  </section>`
}

function Entry(/** @type {any} */ { source, text, target, count, error }) {
  return html`<li class="log-row">
    <div class="row"><span class="log-text grow">${text}</span>${count > 1 && html`<span class="soft">× ${count}</span>`}</div>
    <div class="small"><span class="soft">${source}</span> ${error
      ? html`<span class="fault">refused: ${error}</span>`
      : target ? html`<span>→ ${target}</span>` : html`<span class="warn">moves nothing</span>`}</div>
  </li>`
}

let nextKey = 1

/** Old entries and new ones, newest last; what only repeats is counted. */
function merged(/** @type {any[]} */ old, /** @type {any[]} */ more) {
  const list = [...old]
  for (const entry of more) {
    const same = list.at(-1)
    const repeats = same && same.source === entry.source && same.target === entry.target
      && same.text.split(' ')[0] === entry.text.split(' ')[0] && same.error === entry.error
    if (repeats) list[list.length - 1] = { ...entry, key: same.key, count: same.count + entry.count }
    else list.push({ ...entry, key: nextKey++ })
  }
  return list.slice(-MOST)
}

function Mappings() {
  const mappings = useDocument('mappings')
  const patch = useDocument('patch')
  if (!mappings) return null
  return html`<section class="panel" aria-label="Mappings">
    <div class="panel-head"><h2>Mapped controls</h2><span class="soft cut">${patch?.name}</span></div>
    ${mappings.length === 0 && html`<p class="empty">No control is mapped. Press long, or with the right
      button, on any control of this page to learn one.</p>`}
    <ul class="list">${mappings.map((/** @type {any} */ one) => html`<li class="mapping">
      <span class="cut">${one.source}</span><span class="cut"><span class="soft">→ </span>${one.target}</span></li>`)}
    </ul>
  </section>`
}

/** Where the instrument listens. */
function Ways() {
  const server = useDocument('server')
  if (!server) return null
  const ways = [
    ['OSC', server.osc], ['Web', server.web], ['MIDI', server.midi], ['Output', server.output],
    ['Priority', server.priority], ['Version', server.version],
  ]
  return html`<section class="panel" aria-label="Where it listens">
    <div class="panel-head"><h2>Where it listens</h2></div>
    <dl class="ways">${ways.filter(([, value]) => value).map(([name, value]) => html`
      <dt>${name}</dt><dd>${[value].flat().join(':')}</dd>`)}</dl>
  </section>`
}

function Said() {
  const said = useSaid()
  return html`<section class="panel" aria-label="Messages">
    <div class="panel-head"><h2>What the instrument said</h2></div>
    ${said.length === 0 && html`<p class="empty">Nothing yet.</p>`}
    <ol class="log">${[...said].reverse().map((one) => html`<li class="log-row">
      <span class="soft small">${one.time.toLocaleTimeString()}</span> <span class=${one.kind === 'fault' ? 'fault' : ''}>${one.text}</span>
    </li>`)}</ol>
  </section>`
}
