// @ts-check
/** The Live tab: what sounds, above, and four views of what can be done about it, below. */

import { html, useEffect, useRemembered, useState } from '../core/dom.js'
import { send } from '../core/store.js'
import { useKeys } from '../core/keys.js'
import { Button } from '../controls/button.js'
import { Segments } from '../controls/segments.js'
import { BelowTheFold } from './below_the_fold.js'
import { ClipDialogs } from './clip_dialogs.js'
import { ControlsView } from './controls_view.js'
import { EditsView } from './edits_view.js'
import { InputsView } from './inputs_view.js'
import { PlayView } from './play_view.js'
import { RecordView } from './record_view.js'
import { StatusLine } from './status_line.js'

export const id = 'live'
export const title = 'Live'

const VIEWS = [
  { id: 'play', label: 'Play', View: PlayView },
  { id: 'edits', label: 'Edits', View: EditsView },
  { id: 'controls', label: 'Controls', View: ControlsView },
  { id: 'record', label: 'Record', View: RecordView },
  { id: 'inputs', label: 'Inputs', View: InputsView },
]

export function Tab() {
  const [view, setView] = useRemembered('view', 'play')
  const [folded, fold] = useRemembered('folded', false)
  const now = VIEWS.find((one) => one.id === view) ?? VIEWS[0]
  const step = (/** @type {number} */ by) => {
    const at = (VIEWS.indexOf(now) + by + VIEWS.length) % VIEWS.length
    setView(VIEWS[at].id)
  }
  useKeys('Live', [
    { keys: ']', text: 'Next view: Play, Edits, Controls, Record, Inputs', run: () => step(1) },
    { keys: '[', text: 'Previous view', run: () => step(-1) },
    { keys: 'v', text: 'Hide or show the timeline', run: () => fold(!folded) },
    { keys: 'n', text: 'Next preset', run: () => send('/distill/preset/next') },
    { keys: 'p', text: 'Previous preset', run: () => send('/distill/preset/previous') },
    { keys: 'Ctrl+z', text: 'Undo an edit', run: () => send('/distill/undo') },
    { keys: 'Ctrl+Shift+z or Ctrl+y', text: 'Redo it', run: () => send('/distill/redo') },
  ])
  return html`<div class="live">
    <h1 class="visually-hidden">Live</h1>
    ${folded ? null : html`<${Sounding} />`}
    <div class="status-bar">
      <div class="view-row">
        <${Segments} label="View" role="tablist" options=${VIEWS} value=${now.id} onChange=${setView} />
        <${Button} label=${folded ? 'Show the timeline' : 'Hide the timeline'} icon=${folded ? 'down' : 'up'}
          kind="quiet" hideLabel onPress=${() => fold(!folded)} />
      </div>
      <${StatusLine} withOrigin=${folded} />
    </div>
    <div role="tabpanel" aria-label=${now.label} key=${now.id}><${now.View} /></div>
    <${BelowTheFold} />
    <${ClipDialogs} />
  </div>`
}

/** The timeline and the sound; their code comes after the controls are there. */
function Sounding() {
  const [panels, setPanels] = useState(/** @type {any} */ (null))
  useEffect(() => {
    import('./panels.js').then(setPanels)
  }, [])
  return html`<div class="sounding">
    ${panels && html`<${panels.TimelinePanel} /><${panels.SoundPanel} />`}
  </div>`
}
