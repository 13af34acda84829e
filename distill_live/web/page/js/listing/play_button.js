// @ts-check
/**
 * The button that plays a sound file, or pauses it; with the waveform beside it, it is the page's player.
 *   PlayButton({url, name})
 */

import { Icon } from '../controls/icons.js'
import { html } from '../core/dom.js'
import { player, usePlayer } from '../core/player.js'

/** @param {{url: string, name: string}} props */
export function PlayButton({ url, name }) {
  const { playing } = usePlayer(url)
  return html`<button
    type="button"
    class="button play"
    aria-label=${playing ? `Pause ${name}` : `Play ${name}`}
    onClick=${() => player.toggle(url)}
  >
    <${Icon} name=${playing ? 'pause' : 'play'} />
  </button>`
}
