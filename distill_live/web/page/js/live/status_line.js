// @ts-check
/**
 * Where the sound comes from, and the numbers of the engine in one row.
 *   StatusLine()
 */

import { html } from '../core/dom.js'
import { useDocument, useValue } from '../core/store.js'
import { formatShare } from '../core/format.js'
import { useMeter } from '../frame/meters.js'

export function StatusLine() {
  return html`<div class="status-line"><${Origin} /><${Numbers} /></div>`
}

function Origin() {
  const origin = useValue('stream/origin')
  const [name, seconds, match] = Array.isArray(origin) ? origin : []
  return html`<p class="origin cut" title="The recording that the sound resembles most">${name
    ? html`<span class="visually-hidden">Sounds like </span><strong>${name}</strong>
        <span class="soft"> at </span>${Number(seconds).toFixed(1)} s<span class="soft">, ${formatShare(match)}</span>`
    : html`<span class="soft">Like no recording in particular</span>`}</p>`
}

function Numbers() {
  const model = useDocument('model')
  const columnSeconds = model?.columnSeconds
  const ring = useMeter((frame) => fixed(frame.ring, 1))
  const ahead = useMeter((frame) => Math.round(frame.lookahead))
  const load = useMeter((frame) => Math.round(100 * frame.load))
  const entropy = useMeter((frame) => fixed(frame.entropy, 1))
  const underruns = useMeter((frame) => frame.underruns)
  const reaction = useMeter((frame) => fixed(frame.reaction, 2))
  const bridging = useMeter((frame) => frame.bridging)
  const drawn = Number.isFinite(ahead) && columnSeconds ? `${(ahead * columnSeconds).toFixed(1)} s` : '–'
  return html`<dl class="numbers">
    <${Figure} label="Ring" value=${`${ring ?? '–'} s`} title="Sound that is ready but not yet heard"
      remark=${bridging && ['bridging', 'warn']} />
    <${Figure} label="Ahead" value=${drawn} title="Codes drawn ahead of what is heard" />
    <${Figure} label="Load" value=${Number.isFinite(load) ? `${load} %` : '–'}
      title="Share of real time that the engine needs" remark=${loadRemark(load)} />
    <${Figure} label="Reaction" value=${`${reaction ?? '–'} s`}
      title="How soon a change of what is drawn is heard" />
    <${Figure} label="Entropy" value=${`${entropy ?? '–'} bits`} title="How undecided the prior is, per code" />
    <${Figure} label="Dropouts" value=${Number.isFinite(underruns) ? underruns : '–'}
      title="Dropouts since the start" remark=${underruns > 0 && ['heard', 'warn']} />
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
