// @ts-check
/** What stands above the timeline: Tools({session}), for paint or select, the codes, undo, and the view. */

import { Button } from '../../controls/button.js'
import { html, useState } from '../../core/dom.js'
import { useDocument } from '../../core/store.js'
import { endsOf } from '../history.js'
import { Palette } from './palette.js'

/** @param {{session: import('./session.js').TimelineSession}} props */
export function Tools({ session }) {
  return html`
    <div class="joined" role="group" aria-label="What a drag does">
      <${Mode} session=${session} mode="paint" label="Paint" />
      <${Mode} session=${session} mode="select" label="Select" />
    </div>
    <${Palette} session=${session} />
    <div class="timeline-tools-end">
      <${Undo} session=${session} />
      <${Zoom} session=${session} />
    </div>`
}

function Mode({ session, mode, label }) {
  return html`<${Button} label=${label} pressed=${session.mode === mode} extra="narrow"
    onPress=${() => session.set({ mode })} />`
}

function Undo({ session }) {
  const history = useDocument('history')
  const states = history?.states ?? [], present = history?.present
  const at = states.findIndex((/** @type {any} */ state) => state.number === present)
  const before = at >= 0 && states[at].name
  const { isFirst, isLast } = endsOf(history)
  return html`<div class="joined" role="group" aria-label="Edits">
    <${Button} icon="undo" label="Undo the last edit" hideLabel
      title=${before ? `Undo: ${before}` : 'Undo the last edit'}
      disabled=${isFirst}
      onPress=${() => session.undo()} />
    <${Button} icon="redo" label="Redo" hideLabel
      disabled=${isLast}
      onPress=${() => session.redo()} />
  </div>`
}

function Zoom({ session }) {
  const { view } = session
  const [, draw] = useState(0)
  const zoom = (/** @type {number} */ by) => {
    view.setZoom(view.zoom * by)
    draw(view.zoom)
  }
  return html`<div class="joined" role="group" aria-label="Zoom of time">
    <${Button} icon="minus" hideLabel label="Show more columns" onPress=${() => zoom(0.75)} />
    <${Button} icon="plus" hideLabel label="Show fewer columns" onPress=${() => zoom(1.3333)} />
  </div>
  <${Button} label="Now" title="Follow the column that sounds" kind="quiet"
    onPress=${() => view.setBack(0)} />`
}
