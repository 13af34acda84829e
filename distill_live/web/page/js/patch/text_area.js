// @ts-check
/** A text with numbered lines; those with problems are marked, and say why when pointed at. */

import { html, useRef } from '../core/dom.js'

/** @param {{area: any, text: string, setText: (text: string) => void, problems: any[]}} props */
export function TextArea({ area, text, setText, problems }) {
  const numbers = useRef(/** @type {HTMLElement|null} */ (null))
  const follow = () => {
    if (numbers.current && area.current) numbers.current.scrollTop = area.current.scrollTop
  }
  const wrong = new Map(problems.map((one) => [one.line, one.message]))
  const count = text.split('\n').length
  return html`<div class="text-area">
    <ol class="line-numbers" ref=${numbers} aria-hidden="true">
      ${Array.from({ length: count }, (_, n) => {
        const message = wrong.get(n + 1)
        return html`<li key=${n} class=${message ? 'wrong' : ''} title=${message ?? ''}>${n + 1}</li>`
      })}
    </ol>
    <textarea
      ref=${area}
      class="patch-text"
      aria-label="Patch, as YAML"
      aria-invalid=${problems.length > 0}
      wrap="off"
      spellcheck="false"
      autocapitalize="off"
      autocomplete="off"
      value=${text}
      onInput=${(/** @type {any} */ event) => setText(event.target.value)}
      onScroll=${follow}
    ></textarea>
  </div>`
}
