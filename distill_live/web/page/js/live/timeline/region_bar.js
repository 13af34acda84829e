// @ts-check
/** What can be done with selected cells: RegionBar({session}). */

import { Button } from '../../controls/button.js'
import { regionWords } from '../../canvas/region.js'
import { html } from '../../core/dom.js'

/** @param {{session: import('./session.js').TimelineSession}} props */
export function RegionBar({ session }) {
  const region = session.selection
  if (!region) return null
  const { kind, text } = session.hint
  const isOpen = session.open === 'edit'
  return html`<div class="region-bar" role="toolbar" aria-label="Selected cells">
    <p class="region-words"><strong>${regionWords(region, session.model.levels, session.shape)}</strong>
      <span class=${kind || 'soft'} role="status" title=${text}>${
        text || 'Drag it to move it.'}</span></p>
    <${Button} label="Freeze" title="Repeat the first selected column in all of them"
      onPress=${() => session.runEdit('freeze')} />
    <${Button} label="Loop" title="Play the selected columns in a loop, all bands and levels"
      onPress=${() => session.loop()} />
    <${Button} label="Mutate" title="Replace a quarter of the selected codes"
      onPress=${() => session.runEdit('mutate')} />
    <button type="button" class="button" aria-expanded=${String(isOpen)} title="Any edit, with its numbers"
      onClick=${() => session.set({ open: isOpen ? null : 'edit' })}>More …</button>
    <${Button} label="Drag copies" pressed=${session.copies}
      title="Drag the selection to copy it; otherwise dragging moves it"
      onPress=${() => session.set({ copies: !session.copies })} />
    <${Button} icon="close" label="Select nothing" hideLabel kind="quiet"
      onPress=${() => session.select(null)} />
  </div>`
}
