// @ts-check
/** The panel with the timeline: TimelinePanel(), without props. */

import { TimelineView } from '../../canvas/timeline.js'
import { describeKeys } from '../../core/keys.js'
import { classes, html, useEffect, useMemo, useRef, useState } from '../../core/dom.js'
import { KINDS, readMeters, readTimeline } from '../../core/frames.js'
import { onFrame, useDocument, watch } from '../../core/store.js'
import { Codes } from './palette.js'
import { RegionBar } from './region_bar.js'
import { RegionForm } from './region_form.js'
import { TIMELINE_KEYS, describe, pressKey } from './keys.js'
import { followPointer } from './pointer.js'
import { TimelineSession } from './session.js'
import { Tools } from './tools.js'

const HELP = 'Timeline of codes. Arrows move over the cells, Enter paints, P picks a code, Shift with '
  + 'arrows selects.'

/** The timeline of the model in play; nothing is shown until its shape is known. */
export function TimelinePanel() {
  const model = useDocument('model')
  if (!model?.bands) {
    return html`<section class="panel timeline" aria-label="Timeline">
      <p class="empty">The timeline appears as soon as a model is loaded.</p>
    </section>`
  }
  const { bands, levels, codebookSize, columnSeconds } = model
  const shape = [model.path ?? model.name, bands, levels, codebookSize].join()
  return html`<${Loaded} key=${shape} shape=${shape} model=${{ bands, levels, codebookSize, columnSeconds }} />`
}

function Loaded({ shape, model }) {
  const host = useRef(/** @type {HTMLElement|null} */ (null))
  const [session, setSession] = useState(/** @type {TimelineSession|null} */ (null))
  const [spoken, setSpoken] = useState('')
  useEffect(() => show(/** @type {HTMLElement} */ (host.current), model, shape, setSession), [])
  useEffect(() => describeKeys('Timeline', TIMELINE_KEYS), [])
  useSession(session)
  const press = (/** @type {KeyboardEvent} */ event) => {
    const text = session && pressKey(event, session.view, session)
    if (text === null) return
    event.preventDefault()
    event.stopPropagation()
    setSpoken(text)
  }
  const focus = () => session?.cursor && setSpoken(describe(session.cursor, session.view, session))
  return html`<section class="panel timeline" aria-label="Timeline">
    <h2 class="visually-hidden">Timeline</h2>
    <div class="timeline-tools">${session && html`<${Tools} session=${session} />`}</div>
    <div class="timeline-stage">
      <div class="timeline-cells" ref=${host} tabindex="0" role="application" aria-label=${HELP}
        data-rows=${model.bands * model.levels.length} onKeyDown=${press} onFocus=${focus}></div>
      ${session && html`<${Popover} session=${session} />`}
    </div>
    <p class="spoken" aria-live="polite">${spoken}</p>
    <div class="timeline-below">${session && html`<${Below} session=${session} />`}</div>
  </section>`
}

/** What is open above the cells: the codes of a level, or the form for an edit. */
function Popover({ session }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null))
  const { open, selection } = session
  const isForm = open === 'edit' && selection
  useEffect(() => {
    if (open === null) return
    const outside = (/** @type {Event} */ event) => {
      const target = /** @type {Element} */ (event.target)
      if (!box.current?.contains(target) && !target.closest('[aria-expanded="true"]')) session.set({ open: null })
    }
    // The form stays while the selection is dragged elsewhere and listened to.
    if (open === 'codes') addEventListener('pointerdown', outside, true)
    return () => removeEventListener('pointerdown', outside, true)
  }, [open])
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    session.set({ open: null })
  }
  if (open !== 'codes' && !isForm) return null
  return html`<div class=${classes('popover', isForm ? 'from-below' : 'from-above')} ref=${box} onKeyDown=${press}>
    ${isForm ? html`<${RegionForm} session=${session} />` : html`<${Codes} session=${session} key=${session.level} />`}
  </div>`
}

/** What is under the cells: what can be done, or what has been done. */
function Below({ session }) {
  const { hint, selection } = session
  if (selection) return html`<${RegionBar} session=${session} />`
  return html`<p class="timeline-hint ${hint.kind || 'soft'}" role="status">
    ${hint.text || html`<${Hint} session=${session} />`}</p>`
}

function Hint({ session }) {
  const picks = session.codes.every((/** @type {number|null} */ code) => code === null)
  if (session.mode === 'select') return 'Drag over cells to select them.'
  return picks
    ? 'Press a cell to pick its code. Then press or drag to paint with it; drag in the ruler to select.'
    : 'Press or drag to paint. Press and hold a cell, or Alt-click it, to pick its code; drag in the ruler to select.'
}

/** Show the view and keep it up to date. @param {HTMLElement} host */
function show(host, model, shape, setSession) {
  const view = new TimelineView(host, model)
  const session = new TimelineSession(view, model, shape)
  const fits = (/** @type {any} */ frame) =>
    frame.bands === model.bands && frame.levels === model.levels.length
  const ends = [
    onFrame(KINDS.timeline, (data) => {
      const frame = readTimeline(data)
      if (!fits(frame)) return
      const another = frame.segment !== view.grid.segment
      view.take(frame)
      session.forget(another)
    }),
    onFrame(KINDS.meters, (data) => view.hear(readMeters(data))),
    followPointer(view, session),
    watch('timeline'),
    () => session.keep(),
    () => view.remove(),
  ]
  setSession(session)
  return () => ends.forEach((end) => end())
}

/** Draw again whenever the session changes. @param {TimelineSession|null} session */
function useSession(session) {
  const [, draw] = useState(0)
  const next = useMemo(() => () => draw((/** @type {number} */ n) => n + 1), [])
  useEffect(() => session?.onChange(next), [session])
}
