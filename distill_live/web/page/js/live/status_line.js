// @ts-check
/**
 * The numbers of the engine, and where the sound comes from.
 *   StatusLine({withOrigin}), Origin({always?}), Section()
 */

import { html } from '../core/dom.js'
import { useDocument, useValue } from '../core/store.js'
import { formatShare } from '../core/format.js'
import { useMeter } from '../frame/meters.js'

/** @param {{withOrigin: boolean}} props */
export function StatusLine({ withOrigin }) {
  return html`<div class="status-line">${withOrigin && html`<${Origin} always />`}<${Numbers} /></div>`
}

/** Nothing, or a line in words, if the sound is like none. @param {{always?: boolean}} props */
export function Origin({ always = false }) {
  const origin = useValue('stream/origin')
  const [name, seconds, match] = Array.isArray(origin) ? origin : []
  if (!name && !always) return null
  return html`<p class="origin cut" title="The recording that the sound resembles most">${name
    ? html`<span class="visually-hidden">Sounds like </span><strong>${name}</strong>
        <span class="soft"> at </span>${Number(seconds).toFixed(1)} s<span class="soft">, ${formatShare(match)}</span>`
    : html`<span class="soft">Like no recording in particular</span>`}</p>`
}

/** Nothing, or the recording that has most of the section to which the stream keeps. */
export function Section() {
  const section = useValue('stream/section')
  const [recording] = Array.isArray(section) ? section : []
  return recording ? html`<p class="soft small cut">mostly ${recording}</p>` : null
}

function Numbers() {
  const model = useDocument('model')
  const columnSeconds = model?.columnSeconds
  const ring = useMeter((frame) => fixed(frame.ring, 1))
  const ahead = useMeter((frame) => Math.round(frame.lookahead)) ?? NaN
  const load = useMeter((frame) => Math.round(100 * frame.load))
  const entropy = useMeter((frame) => fixed(frame.entropy, 1))
  const underruns = useMeter((frame) => frame.underruns)
  const reaction = useMeter((frame) => fixed(frame.reaction, 2))
  const bridging = useMeter((frame) => frame.bridging)
  const drawn = Number.isFinite(ahead) && columnSeconds ? `${(ahead * columnSeconds).toFixed(1)} s` : '–'
  return html`<dl class="numbers">
    <${Figure} label="Load" value=${Number.isFinite(load) ? `${load} %` : '–'}
      title="How much of the available time the engine needs" remark=${loadRemark(load)} />
    <${Figure} label="Buffered" value=${`${ring ?? '–'} s`}
      title="Sound that is ready but not heard yet (the ring)" remark=${bridging && ['repeating', 'warn']} />
    <${Figure} label="Planned" value=${drawn} title="Codes that are drawn ahead of what is heard (the lookahead)" />
    <${Figure} label="Response" value=${`${reaction ?? '–'} s`}
      title="How soon you hear a change of what is drawn (the reaction)" />
    <${Figure} label="Surprise" value=${`${entropy ?? '–'} bits`}
      title="How undecided the model is about each code (the entropy)" />
    <${Figure} label="Dropouts" value=${Number.isFinite(underruns) ? underruns : '–'}
      title="How often the sound has dropped out since the start (underruns)" remark=${underruns > 0 && ['heard', 'warn']} />
  </dl>`
}

function Figure(/** @type {any} */ { label, value, title, remark }) {
  return html`<div title=${title}><dt>${label}</dt>
    <dd>${value}${remark && html` <small class=${remark[1]}>${remark[0]}</small>`}</dd></div>`
}

function loadRemark(/** @type {any} */ load) {
  if (load >= 95) return ['too high', 'fault']
  return load >= 80 ? ['high', 'warn'] : null
}

function fixed(/** @type {number} */ value, /** @type {number} */ digits) {
  return Number.isFinite(value) ? value.toFixed(digits) : undefined
}
