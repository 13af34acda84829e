// @ts-check
/** SoundPanel(): what sounds, to look at; what was seen before is still there when it is shown again. */

import { SoundView } from '../canvas/sound_view.js'
import { html, useEffect, useRef, useState } from '../core/dom.js'
import { KINDS, readSound } from '../core/frames.js'
import { onFrame, watch } from '../core/store.js'
import { Origin } from './status_line.js'

/** What the view that was removed last had heard. @type {any} */
let kept = null

/** Waveform and spectrogram. */
export function SoundPanel() {
  const host = useRef(/** @type {HTMLElement|null} */ (null))
  const [isEmpty, setEmpty] = useState(!kept)
  useEffect(() => {
    const view = new SoundView(/** @type {HTMLElement} */ (host.current), kept)
    const ends = [
      onFrame(KINDS.sound, (data) => {
        view.hear(readSound(data))
        setEmpty(false)
      }),
      watch('sound'),
      () => { kept = view.remove() },
    ]
    return () => ends.forEach((end) => end())
  }, [])
  return html`<section class="panel sounds-now" aria-label="What sounds">
    <div class="sound-view" ref=${host} role="img"
      aria-label="Waveform and spectrogram of what sounds, 40 Hz to 18 kHz"></div>
    ${isEmpty ? html`<p class="sound-empty soft">The sound is shown here once it plays.</p>` : html`<${Origin} />`}
  </section>`
}
