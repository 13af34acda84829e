// @ts-check
/**
 * The tempo: its number, a tap button, which clock leads, and where in the bar we are; while the output
 * is recorded, how long that has lasted.
 *   Tempo()
 */

import { html } from '../core/dom.js'
import { send, useValue } from '../core/store.js'
import { useKeys } from '../core/keys.js'
import { Button } from '../controls/button.js'
import { openMenu } from '../controls/menu.js'
import { NumberField } from '../controls/number.js'
import { useMeter } from './meters.js'
import { RecordingLight } from './recording_light.js'

const SOURCES = [
  ['auto', 'The first external clock, or ours'],
  ['internal', 'Our own clock'],
  ['midi', 'MIDI clock'],
  ['link', 'Ableton Link'],
]

export function Tempo() {
  const tap = () => send('/distill/tap')
  useKeys('Tempo', [
    { keys: 't', text: 'Tap the tempo', run: tap },
    { keys: 'Enter', text: 'Start a bar now', run: () => send('/distill/bar') },
  ])
  const sources = SOURCES.map(([word, label]) => ({
    label, run: () => send('/distill/tempo_source', word),
  }))
  return html`<div class="tempo" role="group" aria-label="Tempo">
    <span class="beat-slot"><${Beats} /><${RecordingLight} /></span>
    <${NumberField} name="tempo" />
    <span class="joined">
      <${Button} label="Tap" onPress=${tap} learn="tap" />
      <${Button} label="Which clock leads" icon="down" hideLabel extra="narrow"
        onPress=${(/** @type {any} */ event) => openMenu(event, [
          { label: 'Start a bar now', hint: 'Enter', run: () => send('/distill/bar') }, ...sources,
        ], 'Which clock leads')} />
    </span>
  </div>`
}

function Beats() {
  const count = useValue('beats_per_bar') ?? 4
  const beat = useMeter((frame) => Math.floor(frame.beat))
  if (!Number.isFinite(beat) || count > 8) return null
  const now = ((/** @type {number} */ (beat) % count) + count) % count
  return html`<span class="beats" aria-hidden="true">
    ${Array.from({ length: count }, (_, n) => html`<i class=${n === now ? 'now' : ''}></i>`)}
  </span>`
}
