// @ts-check
/**
 * What lies below the edge of the window, by name, and the way there.
 *   BelowTheFold()   at the end of what is scrolled
 */

import { isCalm } from '../canvas/pictures.js'
import { html, useEffect, useState } from '../core/dom.js'
import { capital, words } from '../core/format.js'
import { Icon } from '../controls/icons.js'

/** A panel of which less is seen counts as not seen, in CSS pixels. */
const SEEN = 64
const MOST = 4

export function BelowTheFold() {
  const [names, setNames] = useState('')
  useEffect(() => follow(setNames), [])
  const go = () => {
    const next = hidden()[0]
    next?.scrollIntoView({ block: 'start', behavior: isCalm() ? 'auto' : 'smooth' })
  }
  return html`<div class="below-the-fold" hidden=${!names}>
    <button type="button" onClick=${go} title="Scroll there"><${Icon} name="down" />
      <span class="visually-hidden">Below: </span><span class="cut">${names}</span></button>
  </div>`
}

/** Tell the names whenever they are others. @param {(names: string) => void} tell */
function follow(tell) {
  const main = /** @type {HTMLElement} */ (document.getElementById('main'))
  let request = 0
  const look = () => {
    cancelAnimationFrame(request)
    request = requestAnimationFrame(() => {
      const names = hidden().map(nameOf)
      tell(names.slice(0, MOST).join(' · ') + (names.length > MOST ? ' …' : ''))
    })
  }
  const sizes = new ResizeObserver(look)
  sizes.observe(main)
  sizes.observe(/** @type {Element} */ (main.firstElementChild))
  main.addEventListener('scroll', look, { passive: true })
  return () => {
    cancelAnimationFrame(request)
    sizes.disconnect()
    main.removeEventListener('scroll', look)
  }
}

/** What a panel is called: an edit as on its card. @param {Element} panel */
function nameOf(panel) {
  const edit = panel.getAttribute('data-edit')
  return edit === null ? panel.getAttribute('aria-label') : capital(words(edit))
}

/** The panels below the lower edge. @returns {Element[]} */
function hidden() {
  const main = /** @type {HTMLElement} */ (document.getElementById('main'))
  const edge = main.getBoundingClientRect().bottom - SEEN
  return [...main.querySelectorAll('[role="tabpanel"] .panel[aria-label]')]
    .filter((one) => one.getBoundingClientRect().top > edge)
}
