// @ts-check
/** The codes to paint with: Palette({session, open, setOpen}), one button per level, all on demand. */

import { codeLook, css } from '../canvas/colours.js'
import { classes, html, useLayoutEffect, useRef, useState } from '../core/dom.js'
import { store } from '../core/store.js'

/** @typedef {import('./timeline_session.js').TimelineSession} Session */

/** @param {{session: Session, open: boolean, setOpen: (open: boolean) => void}} props */
export function Palette({ session, open, setOpen }) {
  const toggle = (/** @type {number} */ level) => {
    setOpen(!(open && session.level === level))
    session.set({ level })
  }
  return html`<div class="palette">
    <div class="row" role="group" aria-label="Codes to paint with">
      ${session.model.levels.map((/** @type {string} */ label, /** @type {number} */ level) =>
        html`<button type="button" class="button palette-chosen" onClick=${() => toggle(level)}
          aria-expanded=${String(open && session.level === level)}>
          <${Swatch} session=${session} level=${level} code=${session.codes[level]} />
          <span>${label}</span>
          <span class="number soft">${session.codes[level] ?? '–'}</span>
        </button>`)}
    </div>
    ${open && html`<${Codes} session=${session} close=${() => setOpen(false)} />`}
  </div>`
}

/** All codes of the chosen level; typing finds one by its number. */
function Codes({ session, close }) {
  const [wanted, setWanted] = useState('')
  const { level, model, view } = session
  const counts = view.grid.counts(level, model.codebookSize)
  const codes = Array.from({ length: model.codebookSize }, (_, code) => code)
    .filter((code) => String(code).startsWith(wanted.trim()))
  const choose = (/** @type {number} */ code) => {
    session.choose(level, code)
    session.say(`Code ${code} of ${model.levels[level]} is chosen: click or drag to paint with it.`)
  }
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') close()
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
  const name = store.levels()[level]?.name
  return html`<span ref=${element} class="swatch figure-${figure} level-${name}" aria-hidden="true"></span>`
}
