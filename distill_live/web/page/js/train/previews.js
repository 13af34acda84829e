// @ts-check
/** What the codec makes of a recording, after a few of its epochs, against the recording itself. */

import { Segments } from '../controls/segments.js'
import { html, useState } from '../core/dom.js'
import { Switch } from '../generate/compare.js'
import { PlayButton } from '../listing/play_button.js'

/** @param {{sounds: {epoch: number, url: string}[]}} props */
export function Previews({ sounds }) {
  const [chosen, setChosen] = useState(/** @type {number|null} */ (null))
  const original = sounds.find((one) => one.epoch === 0)
  const made = sounds.filter((one) => one.epoch > 0)
  const shown = made.find((one) => one.epoch === chosen) ?? made.at(-1)
  if (!shown) return null
  return html`<section class="stack" aria-label="Previews">
    <h3>Hear it</h3>
    <${Segments}
      label="Preview after epoch"
      options=${made.map(({ epoch }) => ({ id: epoch, label: `Epoch ${epoch}` }))}
      value=${shown.epoch}
      onChange=${setChosen}
    />
    <div class="compare" role="group" aria-label="Compare with the original">
      ${original
        ? html`<${Switch}
            key=${shown.url}
            sounds=${[
              { label: `Epoch ${shown.epoch}`, name: `After epoch ${shown.epoch}`, url: shown.url },
              { label: 'Original', name: 'The recording', url: original.url },
            ]}
          />`
        : html`<${PlayButton} url=${shown.url} name=${`After epoch ${shown.epoch}`} />`}
    </div>
  </section>`
}
