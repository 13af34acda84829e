// @ts-check
/**
 * One number that an edit is given.
 *   EditArgument({parameter, most, value, set, columnSeconds?})   value '' is the default; with
 *                                                                 columnSeconds, columns are seconds, too
 */

import { html } from '../core/dom.js'
import { titleOf } from '../core/format.js'

/** @param {any} props */
export function EditArgument({ parameter, most, value, set, columnSeconds }) {
  const { name, unit, min, doc, kind } = parameter
  // Beyond a million, the limit says nothing.
  const range = most < 1e6 ? `, ${min} to ${most}` : ''
  const columns = unit === 'columns' && columnSeconds ? Number(value || parameter.default) : NaN
  return html`<label class="field"><span class="cut">${titleOf(name)}<span class="soft">${range}${
      unit && unit !== name && ` ${unit}`}${Number.isFinite(columns) && `: ${(columns * columnSeconds).toFixed(2)} s`}</span></span>
    <input type="number" min=${min} max=${most} step=${kind === 'int' ? 1 : 'any'} value=${value}
      placeholder=${parameter.default ?? 'off'} title=${doc}
      onInput=${(/** @type {any} */ event) => set(event.currentTarget.value)} /></label>`
}
