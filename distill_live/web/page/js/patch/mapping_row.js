// @ts-check
/** One mapping: its source, its curve, what it moves, and where the value stands between the ends. */

import { classes, html } from '../core/dom.js'
import { formatNumber, formatValue, fromTravel, toTravel } from '../core/format.js'
import { store, useLevels, useValue } from '../core/store.js'

const POINTS = 16
const [WIDTH, HEIGHT] = [40, 24]

/** @param {{mapping: any, glows: boolean}} props */
export function MappingRow({ mapping, glows }) {
  const takeover = mapping.takeover === 'jump' ? '' : mapping.takeover
  const details = [mapping.invert && 'inverted', takeover, mapping.smooth && `smooth ${mapping.smooth} ms`]
    .filter(Boolean)
    .join(', ')
  return html`<li class=${classes('mapping', glows && 'glows')}>
    <span class="mapping-source">
      ${mapping.source}${details && html`<span class="mapping-more">${details}</span>`}
    </span>
    ${mapping.request ? html`<span class="mapping-arrow" aria-hidden="true">→</span>` : html`<${Curve} mapping=${mapping} />`}
    <span class="mapping-target">${targetOf(mapping)}</span>
    ${mapping.request ? html`<span class="soft">when pressed</span>` : html`<${Track} mapping=${mapping} />`}
  </li>`
}

function targetOf(/** @type {any} */ mapping) {
  return [mapping.target, ...(mapping.arguments ?? [])].join(' ')
}

/** The value on its way between the two ends; a mark shows where the control waits. */
function Track(/** @type {{mapping: any}} */ { mapping }) {
  const levels = useLevels()
  const { name, address } = placeOf(mapping.target, levels)
  const parameter = store.parameters.get(name)
  const value = useValue(address)
  if (!parameter) return html`<span class="soft">not in this model</span>`
  const ends = mapping.range ?? [parameter.min, parameter.max]
  const share = travelOf(value, parameter, mapping)
  const shown = formatValue(value, parameter)
  return html`<span
    class="track"
    role="meter"
    aria-label=${mapping.target}
    aria-valuemin=${Math.min(...ends)}
    aria-valuemax=${Math.max(...ends)}
    aria-valuenow=${typeof value === 'number' ? value : undefined}
    aria-valuetext=${shown}
  >
    <span class="track-end">${formatNumber(ends[0], parameter)}</span>
    <span class="track-way">
      <span class="track-fill" style=${{ width: `${100 * share}%` }}></span>
      ${mapping.waiting &&
      html`<span class="track-mark" title="The control is here: move it past the value" style=${{ left: `${100 * mapping.value}%` }}></span>`}
    </span>
    <span class="track-end">${formatNumber(ends[1], parameter)}</span>
    <strong class="track-value">${shown}</strong>
  </span>`
}

/** The parameter of a target, and the address of its value: levels may be given by number. */
function placeOf(/** @type {string} */ target, /** @type {any[]} */ levels) {
  if (store.parameters.has(target)) return { name: target, address: target }
  const parts = target.split('/')
  const last = parts.pop() ?? ''
  const level = /^\d+$/.test(last) ? levels[Number(last) - 1]?.name : last
  const name = parts.join('/')
  return { name, address: `${name}/${level}` }
}

function travelOf(/** @type {any} */ value, /** @type {any} */ parameter, /** @type {any} */ mapping) {
  const [min, max] = mapping.range ?? [parameter.min, parameter.max]
  const travel = toTravel(value, { ...parameter, min, max, curve: mapping.curve ?? parameter.curve })
  return mapping.invert ? 1 - travel : travel
}

/** How the control's way becomes the value's way, as a small picture. */
function Curve(/** @type {{mapping: any}} */ { mapping }) {
  const curve = mapping.curve ?? store.parameters.get(mapping.target)?.curve ?? 'linear'
  const straight = { name: '', kind: 'float', min: 0, max: 1, default: 0, curve }
  const points = Array.from({ length: POINTS + 1 }, (_, n) => {
    const way = mapping.invert ? 1 - n / POINTS : n / POINTS
    return `${(WIDTH * n) / POINTS},${HEIGHT * (1 - fromTravel(way, straight))}`
  })
  return html`<svg
    class="curve"
    viewBox=${`-2 -2 ${WIDTH + 4} ${HEIGHT + 4}`}
    role="img"
    aria-label=${`Curve: ${curve}`}
  >
    <title>${curve}</title>
    <polyline points=${points.join(' ')} fill="none" stroke="currentColor" stroke-width="2" />
  </svg>`
}
