// @ts-check
/** The codes to paint with: Palette({session}), one button per level; Codes({session}), all of one level. */

import { codeLook, css } from '../../canvas/colours.js'
import { classes, html, useLayoutEffect, useRef, useState } from '../../core/dom.js'
import { store } from '../../core/store.js'

/** @typedef {import('./session.js').TimelineSession} Session */

/** @param {{session: Session}} props */
export function Palette({ session }) {
  const isOpen = (/** @type {number} */ level) => session.open === 'codes' && session.level === level
  return html`<div class="palette" role="group" aria-label="Codes to paint with">
    ${session.model.levels.map((/** @type {string} */ label, /** @type {number} */ level) =>
      html`<button type="button" class="button palette-chosen" aria-expanded=${String(isOpen(level))}
        title=${`Choose a code of ${label}`}
        onClick=${() => session.set({ open: isOpen(level) ? null : 'codes', level })}>
        <${Swatch} session=${session} level=${level} code=${session.codes[level]} />
        <span>${label}</span>
        <span class="number soft">${session.codes[level] ?? '–'}</span>
      </button>`)}
  </div>`
}

/** All codes of the chosen level; typing finds one by its number. @param {{session: Session}} props */
export function Codes({ session }) {
  const [wanted, setWanted] = useState('')
  const { level, model, view } = session
  const counts = view.grid.counts(level, model.codebookSize)
  const codes = Array.from({ length: model.codebookSize }, (_, code) => code)
    .filter((code) => String(code).startsWith(wanted.trim()))
  const choose = (/** @type {number} */ code) => {
    session.choose(level, code)
    session.set({ open: null })
    session.sayChosen(code, level)
  }
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter' && codes.length) choose(exact(codes, wanted))
  }
  return html`<div class="palette-codes" onKeyDown=${key}>
    <input type="search" inputmode="numeric" value=${wanted} placeholder="Find a code"
      aria-label=${`Find a code of ${model.levels[level]}`}
      onInput=${(/** @type {any} */ event) => setWanted(event.target.value)} />
    <div class="palette-grid" role="listbox" aria-label=${`Codes of ${model.levels[level]}`}>
      ${codes.map((code) => html`<button type="button" role="option" key=${`${level}:${code}`}
        class=${classes('palette-code', !counts[code] && 'unused')}
        aria-selected=${String(session.codes[level] === code)} onClick=${() => choose(code)}
        title=${`${counts[code]} times in what is shown`}>
        <${Swatch} session=${session} level=${level} code=${code} />
        <span class="number">${code}</span>
      </button>`)}
    </div>
    ${!codes.length && html`<p class="empty">Codes are 0 to ${model.codebookSize - 1}.</p>`}
  </div>`
}

const exact = (/** @type {number[]} */ codes, /** @type {string} */ wanted) =>
  codes.find((code) => String(code) === wanted.trim()) ?? codes[0]

/** A code as it looks in the grid. */
function Swatch({ session, level, code }) {
  const element = useRef(/** @type {HTMLElement|null} */ (null))
  useLayoutEffect(() => {
    const { style } = /** @type {HTMLElement} */ (element.current)
    const levels = session.model.levels.length
    const look = codeLook(code ?? 0, level, levels)
    style.setProperty('--fill', code === null ? 'transparent' : css(look.fill))
    style.setProperty('--mark', code === null ? 'transparent' : css(look.mark))
  }, [level, code])
  const figure = code === null ? 0 : code % 4
  const name = store.levels()[level]?.colour
  return html`<span ref=${element} class="swatch figure-${figure} level-${name}" aria-hidden="true"></span>`
}
