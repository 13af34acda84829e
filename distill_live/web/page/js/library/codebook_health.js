// @ts-check
/** How a model uses its codebooks: in words for each level, and as a map of every code. */

import { html, useEffect, useMemo, useState } from '../core/dom.js'
import { formatShare } from '../core/format.js'
import { Hearing } from '../core/hearing.js'
import { levelsOf } from '../core/store.js'
import { toast } from '../controls/toast.js'
import { CodeFinder } from '../listing/code_finder.js'
import { apiPath } from '../listing/undo.js'
import { HeatMap } from './heat_map.js'
import { Health } from './model_row.js'

/** @param {{model: any, codebook: any}} props `codebook`: how often each code is used, as loaded */
export function CodebookHealth({ model, codebook }) {
  const levels = levelsOf(model)
  const health = model.levelHealth ?? []
  const counts = codebook.data?.counts
  const [hearing, loading] = useHearing()
  const hear = (/** @type {{level: number, code: number}} */ cell) => hearing.play(soundOf(model, cell))
  if (!health.length && !counts && !model.codebookSize) return null
  return html`<section class="stack" aria-label="Codebooks">
    <h3>Codebooks</h3>
    ${health.length > 0 &&
    html`<table class="health-table">
      <thead>
        <tr>
          <th scope="col">Level</th>
          <th scope="col">Health</th>
          <th scope="col" class="number">In use</th>
          <th scope="col" class="number">As varied as</th>
          <th scope="col" class="number">Dead</th>
        </tr>
      </thead>
      <tbody>
        ${health.map((/** @type {any} */ one, /** @type {number} */ n) => html`<${Row} key=${n} one=${one} level=${levels[n]} />`)}
      </tbody>
    </table>`}
    ${advice(health).map((text) => html`<p class="soft" key=${text}>${text}</p>`)}
    ${counts && html`<${HeatMap} counts=${counts} levels=${levels} hear=${hear} loading=${loading} />`}
    ${model.codebookSize && html`<section aria-label="Hear a code">
      <${CodeFinder} labels=${levels.map((/** @type {any} */ one) => one.label)}
        codebookSize=${model.codebookSize} hear=${hear} /></section>`}
  </section>`
}

/** What plays codes, as long as the model is looked at; and whether a sound is being made. */
function useHearing() {
  const [loading, setLoading] = useState(false)
  const hearing = useMemo(() => {
    const made = new Hearing(() => setLoading(made.state.loading), (error) => toast(error.message, { kind: 'fault' }))
    return made
  }, [])
  useEffect(() => () => hearing.remove(), [])
  return /** @type {[Hearing, boolean]} */ ([hearing, loading])
}

/** One code of a model, held for a second. */
function soundOf(/** @type {any} */ model, /** @type {{level: number, code: number}} */ { level, code }) {
  const url = `${apiPath('models', model.name, 'cell')}?level=${level}&code=${code}`
  return { id: model.name, url, version: 0, first: 0, columnSeconds: 1, held: true, side: 'decode' }
}

function Row(/** @type {any} */ { one, level }) {
  return html`<tr>
    <th scope="row" class=${`level level-${level?.colour ?? 'structure'}`}>${one.label ?? level?.label}</th>
    <td><${Health} verdict=${one.verdict} words=${one.words} /></td>
    <td class="number">${formatShare(one.utilisation)}</td>
    <td class="number">${countOf(one.perplexity)}</td>
    <td class="number">${one.deadCodes}</td>
  </tr>`
}

/** What to do, each advice once. */
function advice(/** @type {any[]} */ health) {
  return [...new Set(health.map((one) => one.advice).filter(Boolean))].map(
    (text) => `To mend it: ${inWordsOfThePage(text)}.`,
  )
}

/** Options of the command line, under the names that they have in the Train tab. */
const inWordsOfThePage = (/** @type {string} */ text) =>
  text.replaceAll('--codebook-size', 'number of codes per level').replaceAll('--', '').replaceAll('-weight', ' weight')

function countOf(/** @type {number} */ perplexity) {
  const count = Math.round(perplexity)
  return count === 1 ? '1 code' : `${count} codes`
}
