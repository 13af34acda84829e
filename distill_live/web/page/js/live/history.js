// @ts-check
/**
 * What was edited, to go back to.
 *   History()
 */

import { html } from '../core/dom.js'
import { uncapital } from '../core/format.js'
import { stateTitle } from '../core/sentences.js'
import { send, store, useDocument } from '../core/store.js'
import { Button } from '../controls/button.js'
import { asked } from '../controls/dialog.js'

export function History() {
  const history = useDocument('history')
  const states = history?.states ?? []
  const kept = history?.kept ?? []
  const { isFirst, isLast } = endsOf(history)
  const undo = () => send('/distill/undo')
  const redo = () => send('/distill/redo')
  return html`<section class="panel history" aria-label="History">
    <div class="panel-head">
      <h2>History</h2>
      <${Button} label="Undo" icon="undo" hideLabel disabled=${isFirst} onPress=${undo} learn="undo" />
      <${Button} label="Redo" icon="redo" hideLabel disabled=${isLast} onPress=${redo} learn="redo" />
    </div>
    ${states.length < 2 && html`<p class="empty">Nothing was edited yet.</p>`}
    <ol class="list">
      ${[...states].reverse().map((/** @type {any} */ one) => html`<li key=${one.number}>
        <button type="button" class="history-state" aria-current=${one.number === history.present ? 'step' : undefined}
          onClick=${() => send('/distill/history/go', one.number)}>
          <span class="soft number">${one.number}</span><span class="two-lines" title=${titleOf(one)}>${titleOf(one)}</span>
        </button></li>`)}
      ${kept.map((/** @type {string} */ one) => html`<li key=${`kept ${one}`}>
        <button type="button" class="history-state" onClick=${() => send('/distill/history/go', one)}>
          <span class="soft number"></span><span class="cut">${one}: kept</span></button></li>`)}
    </ol>
    <${Button} label="Name this state" kind="quiet" onPress=${name} extra="wide-button" />
  </section>`
}

/** Whether the present state is the first or the last one of a history; neither while it is not known. */
export function endsOf(/** @type {any} */ history) {
  const numbers = (history?.states ?? []).map((/** @type {any} */ one) => one.number)
  return {
    isFirst: history?.present === Math.min(...numbers),
    isLast: history?.present === Math.max(...numbers),
  }
}

async function name() {
  const text = await asked('Name this state', { action: 'Name', hint: 'Name, to find it again' })
  if (text) send('/distill/history/name', text)
}

/** The name that was given to a state, and what was done. */
function titleOf(/** @type {any} */ { given, name }) {
  const done = stateTitle(name, { ...store, short: true })
  return given ? `${given}: ${uncapital(done)}` : done
}
