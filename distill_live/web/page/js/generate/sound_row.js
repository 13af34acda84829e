// @ts-check
/** One sound of the history: picture, name, where it comes from, and what can be done with it. */

import { Icon } from '../controls/icons.js'
import { html, useState } from '../core/dom.js'
import { formatBytes, formatSeconds } from '../core/format.js'
import { patch } from '../core/api.js'
import { PlayButton } from '../listing/play_button.js'
import { attempt, apiPath, deleteWithUndo } from '../listing/undo.js'
import { Waveform } from '../listing/waveform.js'
import { nameOf } from './compare.js'
import { Details } from './details.js'

const PEAKS = 240

/** @param {any} props */
export function SoundRow({ file, sides, side, reuse, changed }) {
  const [open, setOpen] = useState(false)
  // A new file is in the list before anybody has measured it.
  const [measured, setMeasured] = useState(/** @type {number|undefined} */ (undefined))
  const seconds = file.seconds ?? measured
  const url = apiPath('files', file.path)
  const name = nameOf(file.path)
  const favour = async () => {
    await attempt(patch(url, { favourite: !file.favourite }))
    changed()
  }
  return html`<li class="sound">
    <div class="sound-head">
      <${PlayButton} url=${url} name=${name} />
      <div class="sound-name">
        <strong class="cut">${name}</strong>
        <span class="soft cut">${summary(file, seconds)}</span>
      </div>
      <button
        class="button quiet star"
        aria-pressed=${Boolean(file.favourite)}
        aria-label=${`Favourite: ${name}`}
        onClick=${favour}
      >
        <${Icon} name=${file.favourite ? 'starred' : 'star'} />
      </button>
    </div>
    <${Waveform} url=${url} peaks=${`${url}/peaks?count=${PEAKS}`} name=${name} seconds=${seconds}
      onMeasured=${setMeasured} />
    <div class="sound-buttons">
      <div class="joined" role="group" aria-label=${`Compare ${name}`}>
        ${['A', 'B'].map(
          (one) => html`<button
            key=${one}
            class="button quiet narrow"
            aria-pressed=${sides[one] === file.path}
            aria-label=${`Compare as ${one}`}
            onClick=${() => side(one, file.path)}
          >
            ${one}
          </button>`,
        )}
      </div>
      ${file.sidecar?.settings &&
      html`<button class="button quiet" onClick=${() => reuse(file)}>Reuse settings</button>`}
      <button class="button quiet" aria-expanded=${open} onClick=${() => setOpen(!open)}>Details</button>
      <a class="button quiet" href=${url} download=${name}>Download</a>
      <button
        class="button quiet"
        aria-label=${`Delete ${name}`}
        onClick=${() => deleteWithUndo(url, name, changed)}
      >
        Delete
      </button>
    </div>
    ${open && html`<${Details} file=${file} />`}
  </li>`
}

function summary(/** @type {any} */ file, /** @type {number|undefined} */ seconds) {
  const made = file.sidecar
  const from = made?.model?.name ? `${made.model.name}, seed ${made.seed}` : file.kind
  const length = seconds === undefined ? '' : formatSeconds(seconds)
  return [from, length, formatBytes(file.bytes)].filter(Boolean).join(' · ')
}
