// @ts-check
/** Every state of the active document, to go back to, and a code of its model to hear. */

import { html, useState } from '../core/dom.js'
import { Button } from '../controls/button.js'
import { asked } from '../controls/dialog.js'

/** @param {{desk: any}} props */
export function States({ desk }) {
  const id = desk.active
  const { state, states, given, kept } = desk.of(id).document
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
          <span class="soft number">${number}</span><span class="cut">${inWords(given[number], text)}</span>
        </button></li>`).reverse()}
      ${kept.map((/** @type {string} */ one) => html`<li key=${`kept ${one}`}>
        <button type="button" class="state" onClick=${() => desk.change(id, 'go', { name: one })}>
          <span class="soft number"></span><span class="cut">${inWords(one, 'kept')}</span></button></li>`)}
    </ol>
  </section>`
}

function inWords(/** @type {string} */ given, /** @type {string} */ text) {
  const done = text === 'start' ? 'Start' : text
  return given ? `${given}: ${done}` : done
}

/** @param {{desk: any}} props */
export function CodeFinder({ desk }) {
  const id = desk.active
  const { document } = desk.of(id)
  const [level, setLevel] = useState(0)
  const [code, setCode] = useState('0')
  const hear = (/** @type {Event} */ event) => {
    event.preventDefault()
    desk.hear(id, { level: Math.min(level, document.levels - 1), code: Number(code) })
  }
  return html`<section class="panel" aria-label="Hear a code"><form class="code-finder" onSubmit=${hear}>
    <h2>Hear a code</h2>
    <label class="field">Level
      <select onChange=${(/** @type {any} */ event) => setLevel(Number(event.currentTarget.value))}>
        ${document.labels.map((/** @type {string} */ label, /** @type {number} */ n) => html`<option value=${n}
          selected=${n === level}>${label}</option>`)}</select></label>
    <label class="field">Code, 0 to ${document.codebookSize - 1}
      <input type="number" min="0" max=${document.codebookSize - 1} step="1" value=${code} required
        onInput=${(/** @type {any} */ event) => setCode(event.currentTarget.value)} /></label>
    <button type="submit" class="button">Hear it</button>
  </form></section>`
}
