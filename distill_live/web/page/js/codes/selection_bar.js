// @ts-check
/** What is selected in a document, and what can be done with it at once. */

import { html, useMedia } from '../core/dom.js'
import { regionWords } from '../canvas/region.js'
import { Button } from '../controls/button.js'
import { describe } from './grid_keys.js'
import { partOf } from './parts.js'

/** @param {{desk: any, id: string}} props */
export function SelectionBar({ desk, id }) {
  const { document, selection, cursor } = desk.of(id)
  const { sound, loading } = desk.hearing.state
  const coarse = useMedia('(pointer: coarse)')
  const waits = loading && sound?.id === id
  if (!selection) {
    return html`<p class="document-hint soft" role="status">${waits ? 'Rendering the sound …'
      : cursor ? describe(cursor, desk.views.get(id) ?? { code: () => '' }, document)
      : coarse ? 'Press a cell to hear its code, or the head of a column or a row. Press long for more. To select, press Select and drag.'
      : 'Press a cell to hear its code, or the head of a column or a row. Right-click for more. Drag over cells to select them.'}</p>`
  }
  return html`<div class="document-hint row" role="group" aria-label="Selection">
    <p class="grow" role="status">${regionWords(selection, document.labels, document)}
      <span class="soft selection-hint">${waits ? ' – rendering the sound …'
        : desk.shown.length > 1 ? ' – drag it onto the other document to swap or blend' : ''}</span></p>
    <${Button} label="Hear it alone" icon="sound" onPress=${() => desk.hear(id, partOf(selection))} />
    <${Button} label="Select nothing" icon="close" hideLabel kind="quiet" onPress=${() => desk.set(id, { selection: null })} />
  </div>`
}
