// @ts-check
/** SoundPanel(): what sounds, to look at. BrowserSound(): to hear it in this browser. */

import { SoundView } from '../canvas/sound_view.js'
import { Button } from '../controls/button.js'
import { html, useEffect, useRef, useRemembered, useState } from '../core/dom.js'
import { KINDS, readSound } from '../core/frames.js'
import { listen, useListening } from '../core/listening.js'
import { onFrame, watch } from '../core/store.js'
import { BrowserAudio } from './browser_audio.js'

const LEAST_MS = 50, MOST_MS = 1000

/** Waveform and spectrogram. */
export function SoundPanel() {
  const host = useRef(/** @type {HTMLElement|null} */ (null))
  useEffect(() => {
    const view = new SoundView(/** @type {HTMLElement} */ (host.current))
    const ends = [
      onFrame(KINDS.sound, (data) => view.hear(readSound(data))),
      watch('sound'),
      () => view.remove(),
    ]
    return () => ends.forEach((end) => end())
  }, [])
  return html`<section class="panel sound" aria-label="What sounds">
    <div class="sound-view" ref=${host} role="img"
      aria-label="Waveform and spectrogram of what sounds, 40 Hz to 18 kHz"></div>
  </section>`
}

/** Listen in this browser, for instance to an instrument on another machine. */
export function BrowserSound() {
  const [rate, setRate] = useRemembered('sound.rate', 48000)
  const [latency, setLatency] = useRemembered('sound.latency', 200)
  const [volume, setVolume] = useRemembered('sound.volume', 1)
  const [fault, setFault] = useState('')
  const playing = useListening()
  const start = (/** @type {number} */ atRate) => {
    setFault('')
    listen(new BrowserAudio({ rate: atRate, latency: latency / 1000, volume }))
      .catch((/** @type {Error} */ error) => setFault(`This browser cannot play: ${error.message}`))
  }
  return html`<section class="panel browser-sound" aria-label="Sound in this browser">
    <${Button} icon="sound" label=${playing ? 'Stop listening' : 'Listen here'}
      pressed=${Boolean(playing)} title="Play the instrument's sound in this browser"
      onPress=${() => (playing ? listen(null) : start(rate))} />
    <${Latency} latency=${latency} onChange=${(/** @type {number} */ next) => {
      setLatency(next)
      playing?.sound.setLatency(next / 1000)
    }} />
    <${Volume} volume=${volume} onChange=${(/** @type {number} */ next) => {
      setVolume(next)
      playing?.sound.setVolume(next)
    }} />
    <${Quality} rate=${rate} onChange=${(/** @type {number} */ next) => {
      setRate(next)
      if (playing) start(next)
    }} />
    <${Report} report=${playing?.report} fault=${fault} />
  </section>`
}

function Quality({ rate, onChange }) {
  return html`<label class="field">Quality
    <select value=${String(rate)} onChange=${(/** @type {any} */ event) => onChange(+event.target.value)}>
      <option value="48000">48 kHz</option>
      <option value="24000">24 kHz, half the traffic</option>
    </select>
  </label>`
}

function Latency({ latency, onChange }) {
  return html`<label class="field">Latency, ${latency} ms
    <input type="range" min=${LEAST_MS} max=${MOST_MS} step="10" value=${latency}
      aria-label="Latency of the sound in this browser" aria-valuetext=${`${latency} ms`}
      onChange=${(/** @type {any} */ event) => onChange(+event.target.value)} />
  </label>`
}

function Volume({ volume, onChange }) {
  return html`<label class="field">Volume, ${Math.round(volume * 100)} %
    <input type="range" min="0" max="1" step="0.01" value=${volume}
      aria-label="Volume in this browser" aria-valuetext=${`${Math.round(volume * 100)} %`}
      onInput=${(/** @type {any} */ event) => onChange(+event.target.value)} />
  </label>`
}

function Report({ report, fault }) {
  if (fault) return html`<p class="fault" role="alert">${fault}</p>`
  if (!report) return html`<p class="soft">Not playing here.</p>`
  const gaps = report.gaps === 1 ? '1 gap' : `${report.gaps} gaps`
  return html`<p class="number soft" data-gaps=${report.gaps} data-playing=${report.playing}>
    ${report.playing ? `Playing, ${Math.round(report.fill * 1000)} ms ahead` : 'Waiting for sound'}${', '}
    <span class=${report.gaps ? 'warn' : ''}>${gaps}</span></p>`
}
