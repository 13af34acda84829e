// @ts-check
/** The panel with the timeline: TimelinePanel(), without props. */

import { TimelineView } from '../canvas/timeline.js'
import { describeKeys } from '../core/keys.js'
import { html, useEffect, useMemo, useRef, useState } from '../core/dom.js'
import { KINDS, readMeters, readTimeline } from '../core/frames.js'
import { onFrame, useDocument, watch } from '../core/store.js'
import { Palette } from './timeline_palette.js'
import { RegionBar } from './timeline_region.js'
import { TIMELINE_KEYS, describe, pressKey } from './timeline_keys.js'
import { followPointer } from './timeline_pointer.js'
import { TimelineSession } from './timeline_session.js'
import { Tools } from './timeline_tools.js'

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
  return html`<${Loaded} key=${shape} model=${{ bands, levels, codebookSize, columnSeconds }} />`
}

function Loaded({ model }) {
  const host = useRef(/** @type {HTMLElement|null} */ (null))
  const [session, setSession] = useState(/** @type {TimelineSession|null} */ (null))
  const [spoken, setSpoken] = useState('')
  useEffect(() => show(/** @type {HTMLElement} */ (host.current), model, setSession), [])
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
    <div class="panel-head"><h2>Timeline</h2>${session && html`<${Tools} session=${session} />`}</div>
    <div class="timeline-cells" ref=${host} tabindex="0" role="application" aria-label=${HELP}
      data-rows=${model.bands * model.levels.length} onKeyDown=${press} onFocus=${focus}></div>
    <p class="spoken" aria-live="polite">${spoken}</p>
    ${session && html`<${Below} session=${session} />`}
  </section>`
}

/** What is under the cells: the palette, and what can be done or has been done. */
function Below({ session }) {
  const { hint, selection } = session
  const [open, setOpen] = useState(false)
  return html`<div class="timeline-below">
    <${Palette} session=${session} open=${open} setOpen=${setOpen} />
    ${selection
      ? html`<${RegionBar} session=${session} />`
      : html`<p class="timeline-hint ${hint.kind || 'soft'}" role="status">
          ${hint.text || html`<${Hint} session=${session} />`}</p>`}
  </div>`
}

function Hint({ session }) {
  const picks = session.codes.every((/** @type {number|null} */ code) => code === null)
  if (session.mode === 'select') return 'Drag over cells to select them.'
  return picks
    ? 'Click a cell to pick its code. Then click or drag to paint with it; drag in the ruler to select.'
    : 'Click or drag to paint. Hold, or press Alt, to pick another code; drag in the ruler to select.'
}

/** Show the view and keep it up to date. @param {HTMLElement} host */
function show(host, model, setSession) {
  const view = new TimelineView(host, model)
  const session = new TimelineSession(view, model)
  const fits = (/** @type {any} */ frame) =>
    frame.bands === model.bands && frame.levels === model.levels.length
  const ends = [
    onFrame(KINDS.timeline, (data) => {
      const frame = readTimeline(data)
      if (fits(frame)) view.take(frame)
    }),
    onFrame(KINDS.meters, (data) => view.hear(readMeters(data))),
    followPointer(view, session),
    watch('timeline'),
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
