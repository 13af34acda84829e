// @ts-check
/** Every state of the active document, to go back to, and a code of its model to hear. */

import { html } from '../core/dom.js'
import { uncapital } from '../core/format.js'
import { stateTitle } from '../core/sentences.js'
import { levelsOf, store } from '../core/store.js'
import { Button } from '../controls/button.js'
import { asked } from '../controls/dialog.js'
import { CodeFinder } from '../listing/code_finder.js'

/** @param {{desk: any}} props */
export function States({ desk }) {
  const id = desk.active
  const { state, states, given, kept, labels } = desk.of(id).document
  const tables = { ...store, levels: () => levelsOf({ levels: labels }) }
  const name = async () => {
    const text = await asked('Name this state', { value: given[state], action: 'Name', hint: 'Name, to find it again' })
    if (text) desk.change(id, 'name', { name: text })
  }
  return html`<section class="panel states" aria-label="History">
    <div class="panel-head"><h2>History</h2>
      <${Button} label="Name this state" kind="quiet" onPress=${name} /></div>
    <ol class="state-list" reversed>
      ${states.map((/** @type {string} */ text, /** @type {number} */ number) => html`<li key=${number}>
        <button type="button" class="state" aria-current=${number === state ? 'step' : undefined}
          onClick=${() => number !== state && desk.change(id, 'go', { state: number })}>
          <span class="soft number">${number}</span><span class="cut" title=${text}>${inWords(given[number], stateTitle(text, tables))}</span>
        </button></li>`).reverse()}
      ${kept.map((/** @type {string} */ one) => html`<li key=${`kept ${one}`}>
        <button type="button" class="state" onClick=${() => desk.change(id, 'go', { name: one })}>
          <span class="soft number"></span><span class="cut">${inWords(one, 'kept')}</span></button></li>`)}
    </ol>
  </section>`
}

/** The name that was given to a state, and what was done. */
const inWords = (/** @type {string} */ given, /** @type {string} */ done) => (given ? `${given}: ${uncapital(done)}` : done)

/** @param {{desk: any}} props */
export function HearCode({ desk }) {
  const id = desk.active
  const { document } = desk.of(id)
  return html`<section class="panel" aria-label="Hear a code">
    <div class="panel-head"><h2>Hear a code</h2></div>
    <${CodeFinder} labels=${document.labels} codebookSize=${document.codebookSize}
      hear=${(/** @type {any} */ cell) => desk.hear(id, cell)} />
  </section>`
}
