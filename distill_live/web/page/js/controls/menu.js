// @ts-check
/**
 * One menu at a time, at the pointer or below a button; by pointer, touch and arrow keys.
 *   openMenu(event, items, title?)   items: [{label, hint?, checked?, disabled?, run}] or null for nothing
 *   Menus()                          where menus are drawn; once, in the frame
 */

import { html, useEffect, useLayoutEffect, useRef, useState } from '../core/dom.js'

/** @typedef {{label: string, hint?: string, checked?: boolean, run: () => void}} Item */

/** @type {(menu: any) => void} */
let show = () => {}

/** @param {any} event @param {(Item|null|false|undefined)[]} items @param {string} [title] */
export function openMenu(event, items, title) {
  event.preventDefault?.()
  const element = /** @type {HTMLElement} */ (event.currentTarget ?? event.target)
  const box = element.getBoundingClientRect()
  const atPointer = event.type === 'contextmenu' && event.clientX > 0
  const place = atPointer
    ? { x: event.clientX, y: event.clientY, top: event.clientY }
    : { x: box.left, y: box.bottom + 4, top: box.top - 4 }
  show({ place, items: items.filter(Boolean), title, from: element })
}

export function Menus() {
  const [menu, setMenu] = useState(/** @type {any} */ (null))
  show = setMenu
  if (!menu) return null
  const close = () => {
    setMenu(null)
    menu.from.focus?.({ preventScroll: true })
  }
  return html`<${Menu} key=${menu} ...${menu} close=${close} leave=${() => setMenu(null)} />`
}

function Menu(/** @type {any} */ { place, items, title, close, leave }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null))
  useLayoutEffect(() => {
    const element = /** @type {HTMLElement} */ (box.current)
    fit(element, place)
    const first = element.querySelector('[aria-checked="true"]') ?? element.querySelector('button')
    if (first instanceof HTMLElement) first.focus()
  }, [])
  useEffect(() => {
    const outside = (/** @type {Event} */ event) => {
      if (!box.current?.contains(/** @type {Node} */ (event.target))) leave()
    }
    addEventListener('pointerdown', outside, true)
    addEventListener('resize', leave)
    return () => {
      removeEventListener('pointerdown', outside, true)
      removeEventListener('resize', leave)
    }
  }, [])
  const pick = (/** @type {Item} */ item) => {
    close()
    item.run()
  }
  return html`<div class="menu" ref=${box}
    onKeyDown=${(/** @type {KeyboardEvent} */ event) => move(event, box.current, close)}>
    ${title && html`<p class="menu-title">${title}</p>`}
    <div role="menu" aria-label=${title ?? 'Menu'}>
    ${items.map((/** @type {any} */ item) => html`<button type="button" class="menu-item"
      role=${item.checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked=${item.checked === undefined ? undefined : String(item.checked)}
      disabled=${item.disabled} onClick=${() => pick(item)}>
      <span>${item.label}</span>${item.hint && html`<small>${item.hint}</small>`}
    </button>`)}
    </div>
  </div>`
}

function fit(/** @type {HTMLElement} */ element, /** @type {any} */ { x, y, top }) {
  const { width, height } = element.getBoundingClientRect()
  const below = y + height <= innerHeight - 8
  const above = Math.max(8, top - height)
  element.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`
  element.style.top = `${below ? y : above}px`
}

function move(/** @type {KeyboardEvent} */ event, /** @type {any} */ box, /** @type {() => void} */ close) {
  const buttons = [...box.querySelectorAll('button:not(:disabled)')]
  const now = buttons.indexOf(document.activeElement)
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const target = { Home: 0, End: buttons.length - 1 }[event.key]
  if (event.key === 'Escape' || event.key === 'Tab') close()
  else if (step) buttons[(now + step + buttons.length) % buttons.length]?.focus()
  else if (target !== undefined) buttons[target]?.focus()
  else return
  event.preventDefault()
  event.stopPropagation()
}
