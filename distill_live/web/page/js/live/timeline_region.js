// @ts-check
/** What can be done with selected cells: RegionBar({session}). */

import { Button } from '../controls/button.js'
import { regionWords } from '../canvas/region.js'
import { html, useState } from '../core/dom.js'
import { store, useDocument } from '../core/store.js'

/** @typedef {import('./timeline_session.js').TimelineSession} Session */

/** @param {{session: Session}} props */
export function RegionBar({ session }) {
  const region = session.selection
  if (!region) return null
  const where = regionWords(region, session.model.levels, session.shape)
  const { kind, text } = session.hint
  return html`<div class="region-bar" role="toolbar" aria-label="Selected cells">
    <p class="region-words"><strong>${where}</strong>
      ${text && html`<span class=${kind || 'soft'} role="status">${text}</span>`}</p>
    <${Button} label="Freeze" title="Repeat the first selected column in all of them"
      onPress=${() => session.runEdit('freeze')} />
    <${Button} label="Loop" title="Play the selected columns in a loop, all bands and levels"
      onPress=${() => session.loop()} />
    <${Button} label="Mutate" title="Replace a quarter of the selected codes"
      onPress=${() => session.runEdit('mutate')} />
    <${AnyEdit} session=${session} />
    <${Button} label="Drag copies" pressed=${session.copies}
      title="Drag the selection to copy it; otherwise dragging moves it"
      onPress=${() => session.set({ copies: !session.copies })} />
    <${Button} icon="close" label="Select nothing" hideLabel kind="quiet"
      onPress=${() => session.select(null)} />
  </div>`
}

/** Any edit of the instrument's table, with its parameters as text. */
function AnyEdit({ session }) {
  const edits = [...store.edits.values()].filter((edit) => edit.region !== false)
  // Those with a second grid come to nothing without a clip, and others need a place.
  const simple = edits.find((edit) => !edit.partner && edit.scope === 'both') ?? edits[0]
  const [name, setName] = useState(simple?.name ?? '')
  const [text, setText] = useState('')
  const edit = store.edits.get(name)
  if (!edit) return null
  const run = (/** @type {Event} */ event) => {
    event.preventDefault()
    session.runEdit(`${name} ${text}`)
  }
  return html`<form class="row region-edit" onSubmit=${run}>
    <select aria-label="Edit" value=${name} title=${edit.doc}
      onChange=${(/** @type {any} */ event) => {
        setName(event.target.value)
        setText('')
      }}>
      ${edits.map((one) => html`<option value=${one.name}>${one.name}</option>`)}
    </select>
    ${takesText(edit) && html`<input type="text" value=${text} aria-label="Parameters of the edit"
      title=${legal(edit)} placeholder=${example(edit)} list=${edit.partner ? 'region-clips' : undefined}
      onInput=${(/** @type {any} */ event) => setText(event.target.value)} />`}
    ${edit.partner && html`<${ClipNames} />`}
    <button type="submit" class="button">Run</button>
  </form>`
}

/** Names that an edit with a second grid can take. */
function ClipNames() {
  const clips = useDocument('clips') ?? []
  return html`<datalist id="region-clips">
    ${clips.map((/** @type {any} */ clip) => html`<option value=${clip.name} />`)}
  </datalist>`
}

const takesText = (/** @type {any} */ edit) => edit.partner || edit.arguments?.length > 0

/** What an edit's parameters are when nothing is given. */
function example(/** @type {any} */ edit) {
  const given = (edit.arguments ?? []).map((/** @type {any} */ one) => `${one.name}=${one.default}`)
  return [...(edit.partner ? ['CLIP'] : []), ...given].join(' ')
}

function legal(/** @type {any} */ edit) {
  return (edit.arguments ?? [])
    .map((/** @type {any} */ one) => `${one.name} ${one.min}..${one.max}: ${one.doc}`).join('\n')
}
