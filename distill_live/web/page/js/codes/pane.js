// @ts-check
/** One document: its name, what can be done with it, its codes, and what is selected there. */

import { everyPicture } from '../canvas/pictures.js'
import { classes, html, useEffect, useLayoutEffect, useRef, useState } from '../core/dom.js'
import { describeKeys } from '../core/keys.js'
import { CodesView, HEADER, RULER } from './codes_view.js'
import { GRID_KEYS, pressKey } from './grid_keys.js'
import { followPointer } from './grid_pointer.js'
import { Gutter } from './gutter.js'
import { PaneHead } from './pane_head.js'
import { SelectionBar } from './selection_bar.js'

/** The least and most height of a cell, in CSS pixels. */
const LEAST_CELL = 6, MOST_CELL = 24
const HELP = 'Codes. Arrow keys move between cells, Enter hears a cell, Shift and arrow keys select.'

/** @param {{desk: any, id: string, touchSelects: boolean, setTouchSelects: (on: boolean) => void}} props */
export function Pane({ desk, id, touchSelects, setTouchSelects }) {
  const sheet = desk.of(id)
  const { document } = sheet
  const [view, setView] = useState(/** @type {CodesView|null} */ (null))
  const scroller = useRef(/** @type {HTMLElement|null} */ (null))
  const stage = useRef(/** @type {HTMLElement|null} */ (null))
  const touch = useRef(touchSelects)
  touch.current = touchSelects
  const cell = cellHeight(document, desk.shown.length)
  useLayoutEffect(() => {
    const made = new CodesView(/** @type {any} */ (scroller.current), /** @type {any} */ (stage.current), document)
    const off = followPointer(made, desk, id, () => touch.current)
    made.zoomBeside = () => [...desk.views.values()].find((one) => one !== made && one.columns)?.zoom
    desk.views.set(id, made)
    setView(made)
    return () => (off(), desk.views.delete(id), made.remove())
  }, [document.labels.join(), document.bands, document.codebookSize])
  useLayoutEffect(() => view?.take(sheet.codes), [view, sheet.codes])
  useLayoutEffect(() => view?.mark({ selection: sheet.selection, cursor: sheet.cursor }))
  useEffect(() => describeKeys('Grid of codes', GRID_KEYS), [])
  useHead(desk, id, view)
  const [spoken, setSpoken] = useState('')
  const press = (/** @type {KeyboardEvent} */ event) => {
    const text = view && pressKey(event, view, desk, id)
    if (text === null) return
    event.preventDefault()
    event.stopPropagation()
    setSpoken(text)
  }
  return html`<section class=${classes('panel', 'document', desk.active === id && 'active')}
    aria-label=${`Document ${document.name}`} data-document=${document.name}
    onPointerDown=${() => desk.activate(id)} onFocusIn=${() => desk.activate(id)}>
    <${PaneHead} ...${{ desk, id, view, touchSelects, setTouchSelects }} />
    <div class="codes-row">
      <${Gutter} desk=${desk} id=${id} cell=${cell} />
      <div class="codes-scroll" ref=${scroller} tabindex="0" role="application" aria-label=${HELP} onKeyDown=${press}>
        <div class="codes-content"><div class="codes-stage" ref=${stage}
          style=${{ height: `${heightOf(document, cell)}px`, touchAction: touchSelects ? 'none' : 'pan-x pan-y' }}></div></div>
      </div>
    </div>
    <p class="spoken" aria-live="polite">${spoken}</p>
    <${SelectionBar} desk=${desk} id=${id} />
  </section>`
}

/** Draw the playhead at the pace of the screen while this document sounds. */
function useHead(/** @type {any} */ desk, /** @type {string} */ id, /** @type {CodesView|null} */ view) {
  const { playing, sound } = desk.hearing.state
  const mine = playing && sound?.id === id
  useEffect(() => {
    if (!view || !mine) return
    const stop = everyPicture(() => {
      const head = desk.hearing.head(id)
      view.mark({ head })
      if (head !== null && !sound.held) view.reveal(Math.floor(head))
    })
    return () => (stop(), view.mark({ head: null }))
  }, [mine, view, sound])
}

function cellHeight(/** @type {any} */ { bands, levels }, /** @type {number} */ shown) {
  // On phones the page scrolls anyway, and fingers need larger cells.
  const share = shown > 1 && window.innerWidth >= 720 ? 0.26 : 0.5
  const room = Math.max(window.innerHeight * share, 190) - RULER - levels * HEADER
  return Math.min(Math.max(Math.floor(room / (bands * levels)), LEAST_CELL), MOST_CELL)
}

function heightOf(/** @type {any} */ { bands, levels }, /** @type {number} */ cell) {
  return RULER + levels * (HEADER + bands * cell)
}
