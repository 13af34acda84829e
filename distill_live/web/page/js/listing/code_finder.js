// @ts-check
/**
 * A code by its level and its number, to be heard.
 *   CodeFinder({labels, codebookSize, hear({level, code})})
 */

import { html, useState } from '../core/dom.js'

/** @param {{labels: string[], codebookSize: number, hear: (cell: {level: number, code: number}) => void}} props */
export function CodeFinder({ labels, codebookSize, hear }) {
  const [wanted, setLevel] = useState(0)
  const [code, setCode] = useState('0')
  const level = Math.min(wanted, labels.length - 1)
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault()
    hear({ level, code: Number(code) })
  }
  return html`<form class="code-finder" onSubmit=${submit}>
    <label class="field">Level
      <select onChange=${(/** @type {any} */ event) => setLevel(Number(event.currentTarget.value))}>
        ${labels.map((label, n) => html`<option value=${n} selected=${n === level}>${label}</option>`)}</select></label>
    <label class="field">Code, 0 to ${codebookSize - 1}
      <input type="number" min="0" max=${codebookSize - 1} step="1" value=${code} required
        onInput=${(/** @type {any} */ event) => setCode(event.currentTarget.value)} /></label>
    <button type="submit" class="button">Hear it</button>
  </form>`
}
