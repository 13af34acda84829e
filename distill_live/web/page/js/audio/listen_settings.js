// @ts-check
/**
 * How the sound in this browser is played: latency, volume, quality; and how well that goes.
 *   ListenSettings()
 */

import { Button } from '../controls/button.js'
import { html, useRemembered } from '../core/dom.js'
import { listen, useListening } from '../core/listening.js'
import { DEFAULTS, listenHere } from './listen_here.js'

const LEAST_MS = 50, MOST_MS = 1000

export function ListenSettings() {
  const playing = useListening()
  const [rate, setRate] = useSetting('sound.rate')
  const [latency, setLatency] = useSetting('sound.latency')
  const [volume, setVolume] = useSetting('sound.volume')
  const change = (/** @type {(value: number) => void} */ keep, /** @type {(sound: any) => void} */ apply) =>
    (/** @type {any} */ event) => {
      keep(+event.currentTarget.value)
      if (playing) apply(playing.sound)
    }
  return html`<div class="stack">
    <${Range} label="Volume" unit="%" shown=${Math.round(100 * volume)} min="0" max="1" step="0.01" value=${volume}
      onInput=${(/** @type {any} */ event) => change(setVolume, (sound) => sound.setVolume(+event.currentTarget.value))(event)} />
    <${Range} label="Latency" unit="ms" shown=${latency} min=${LEAST_MS} max=${MOST_MS} step="10" value=${latency}
      onChange=${(/** @type {any} */ event) => change(setLatency, (sound) => sound.setLatency(event.currentTarget.value / 1000))(event)} />
    <p class="soft small">Short to play, long for a network that is not even.</p>
    <label class="field">Quality
      <select value=${String(rate)} onChange=${change(setRate, listenHere)}>
        <option value="48000">48 kHz</option>
        <option value="24000">24 kHz, half the traffic</option>
      </select></label>
    <${Report} report=${playing?.report} />
    <div class="dialog-end">
      <${Button} icon=${playing ? 'mute' : 'sound'} kind="primary" label=${playing ? 'Stop listening' : 'Listen here'}
        onPress=${() => (playing ? listen(null) : listenHere())} /></div>
  </div>`
}

const useSetting = (/** @type {keyof typeof DEFAULTS} */ key) => useRemembered(key, DEFAULTS[key])

function Range(/** @type {any} */ { label, unit, shown, ...rest }) {
  return html`<label class="field">${label}, ${shown} ${unit}
    <input type="range" aria-label=${`${label} in this browser`} aria-valuetext=${`${shown} ${unit}`} ...${rest} /></label>`
}

function Report(/** @type {any} */ { report }) {
  if (!report) return html`<p class="soft">Not playing here.</p>`
  const gaps = report.gaps === 1 ? '1 gap' : `${report.gaps} gaps`
  return html`<p class="number soft" data-gaps=${report.gaps} data-playing=${report.playing}>
    ${report.playing ? `Playing, ${Math.round(report.fill * 1000)} ms ahead` : 'Waiting for sound'}${', '}
    <span class=${report.gaps ? 'warn' : ''}>${gaps}</span></p>`
}
