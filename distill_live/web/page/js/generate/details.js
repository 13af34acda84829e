// @ts-check
/** What the file beside a sound tells of it: its settings, and which recordings it comes from. */

import { html } from '../core/dom.js'
import { formatSeconds, formatShare, formatValue, titleOf, words } from '../core/format.js'
import { store } from '../core/store.js'

const SHOWN = 12
/** @type {Record<string, string>} */
const NAMES = { duration_s: 'Seconds', bit_depth: 'Bits', fade_ms: 'Fade at the ends, ms', lufs: 'LUFS', reach: 'Grain reach' }

/** @param {{file: any}} props */
export function Details({ file }) {
  const { sidecar } = file
  if (!sidecar) return html`<p class="soft">${file.path}. There is no file that says how it was made.</p>`
  const { steering = {}, ...settings } = sidecar.settings ?? {}
  const rows = [
    ['File', file.path],
    ...Object.entries(settings).map(([name, value]) => [NAMES[name] ?? titleOf(name), shown(value, store.parameters.get(name))]),
    ...Object.entries(steering).map(([name, value]) => [`Steer ${words(name)}`, shown(value)]),
  ]
  return html`<div class="details">
    <dl class="facts">
      ${rows.map(([name, value]) => html`<dt key=${`n${name}`}>${name}</dt><dd key=${name}>${value}</dd>`)}
    </dl>
    <${Origins} origins=${sidecar.comes_from} />
  </div>`
}

function Origins(/** @type {{origins: any[]|null}} */ { origins }) {
  if (!origins?.length) return html`<p class="soft">Where it comes from is not known.</p>`
  return html`<h3>Where it comes from</h3>
    <ol class="origins">
      ${origins.slice(0, SHOWN).map((one, n) => html`<li key=${n}>${passage(one)}</li>`)}
    </ol>
    ${origins.length > SHOWN && html`<p class="soft">and ${origins.length - SHOWN} passages more</p>`}`
}

/** A passage: when it is heard, and which second of which recording it resembles. */
function passage(/** @type {any} */ one) {
  const when = `${formatSeconds(one.from)} to ${formatSeconds(one.to)}`
  if (!one.file) return `${when}: new`
  return `${when}: ${one.file}, ${formatSeconds(one.file_second)} (${formatShare(one.share)} alike)`
}

function shown(/** @type {any} */ value, /** @type {any} */ parameter = null) {
  if (value === null) return 'off'
  if (Array.isArray(value)) return value.map((one) => shown(one, parameter)).join(', ')
  if (parameter && typeof value === 'number') return formatValue(value, parameter)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
