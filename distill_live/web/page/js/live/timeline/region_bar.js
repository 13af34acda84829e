// @ts-check
/** What can be done with selected cells: RegionBar({session}). */

import { Button } from '../../controls/button.js'
import { regionWords } from '../../canvas/region.js'
import { html } from '../../core/dom.js'
import { useMeter } from '../../frame/meters.js'

/** @param {{session: import('./session.js').TimelineSession}} props */
export function RegionBar({ session }) {
  const region = session.selection
  const begin = useMeter((frame) => (frame.motion === 'loop' ? frame.loop_begin : -1)) ?? -1
  const end = useMeter((frame) => frame.loop_end) ?? -1
  if (!region) return null
  // A stream that was interrupted goes on within a column, and so do its loops.
  const loops = Math.abs(begin - region.first) < 1 && Math.round(end - begin) === region.count
  const { kind, text } = session.hint
  const isOpen = session.open === 'edit'
  return html`<div class="region-bar" role="toolbar" aria-label="Selected cells">
    <p class="region-words"><strong>${regionWords(region, session.model.levels, session.shape)}</strong>
      <span class=${kind || 'soft'} role="status" title=${text}>${
        text || 'Drag it to move it.'}</span></p>
    <${Button} label="Freeze" title="Repeat the first selected column in all of them"
      onPress=${() => session.runEdit('freeze')} />
    <${Button} label="Loop" pressed=${loops}
      title=${loops ? 'End the loop' : 'Play the selected columns in a loop, all bands and levels'}
      onPress=${() => (loops ? session.endLoop() : session.loop())} />
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
