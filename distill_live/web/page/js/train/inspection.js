// @ts-check
/** What a set of recordings is like, before anything is trained. */

import { html } from '../core/dom.js'
import { formatSeconds, formatShare } from '../core/format.js'
import { inWords } from '../jobs/job_row.js'

const SHOWN = 200

/** @param {{found: any, busy: boolean}} props */
export function Inspection({ found, busy }) {
  if (!found) return busy ? html`<p class="soft" role="status">Checking the recordings …</p>` : null
  return html`<div class="stack inspection" role="status">
    ${found.too_little && html`<p class="warn">${found.too_little}</p>`}
    <${Facts} found=${found} />
    ${(found.notes ?? []).map((/** @type {string} */ note) => html`<p class="soft" key=${note}>${note}</p>`)}
    <${Refused} refused=${found.refused ?? []} />
    <${Duplicates} pairs=${found.duplicates ?? []} />
    <${Found} files=${found.found ?? []} />
  </div>`
}

function Facts(/** @type {any} */ { found }) {
  const count = found.found?.length ?? 0
  const rows = [
    ['Recordings', `${count}, together ${formatSeconds(found.seconds ?? 0)}`],
    ['Loudness', found.loudness_db != null && `${found.loudness_db.toFixed(1)} dB`],
    ['Silence', found.silence != null && formatShare(found.silence)],
    ['Stereo', found.stereo ? `${found.stereo} of ${count}` : count > 0 && 'none'],
    ['Usual training', count > 0 && estimate(found.estimate)],
  ].filter(([, value]) => value)
  return html`<dl class="facts">
    ${rows.map(([name, value]) => html`<dt key=${`n${name}`}>${name}</dt><dd key=${name}>${value}</dd>`)}
  </dl>`
}

function estimate(/** @type {any} */ told) {
  if (!told) return 'estimating …'
  if (told.reason) return `not known: ${told.reason}`
  const parts = ['codec', 'prior', 'vocoder']
    .filter((one) => told[one] != null)
    .map((one) => `${one === 'codec' ? '' : 'at most '}${inWords(told[one])} for the ${one}`)
  const total = told.words ?? ''
  return parts.length ? `${total}${total ? ': ' : ''}${parts.join(', ')}` : total
}

/** Files that are left out, and why. @param {{refused: {name: string, reason: string}[], what?: string}} props */
export function Refused({ refused, what = 'cannot be used' }) {
  if (!refused.length) return null
  return html`<div class="refused">
    <h3 class="warn">${refused.length === 1 ? `1 file ${what}` : `${refused.length} files ${what}`}</h3>
    <ul>
      ${refused.map((one) => html`<li key=${one.name}><strong>${one.name}</strong>: ${one.reason}</li>`)}
    </ul>
  </div>`
}

function Duplicates(/** @type {{pairs: string[][]}} */ { pairs }) {
  if (!pairs.length) return null
  return html`<div class="refused">
    <h3 class="warn">The same sound twice</h3>
    <ul>
      ${pairs.map((names, n) => html`<li key=${n}>${names.join(', ')}</li>`)}
    </ul>
  </div>`
}

function Found(/** @type {{files: any[]}} */ { files }) {
  if (!files.length) return null
  return html`<details>
    <summary>Each recording</summary>
    <div class="scrolled" tabindex="0" role="region" aria-label="Each recording">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" class="number">Length</th>
            <th scope="col" class="number">Loudness</th>
            <th scope="col" class="number">Silence</th>
            <th scope="col" class="number">Channels</th>
          </tr>
        </thead>
        <tbody>
          ${files.slice(0, SHOWN).map(
            (one) => html`<tr key=${one.name}>
              <th scope="row">${one.name}</th>
              <td class="number">${formatSeconds(one.seconds)}</td>
              <td class="number">${one.rms_db == null ? '–' : `${one.rms_db.toFixed(1)} dB`}</td>
              <td class="number">${one.silence == null ? '–' : formatShare(one.silence)}</td>
              <td class="number">${one.channels ?? '–'}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${files.length > SHOWN && html`<p class="soft">and ${files.length - SHOWN} more</p>`}
  </details>`
}
