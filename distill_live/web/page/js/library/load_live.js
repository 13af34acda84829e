// @ts-check
/** Loading a model into the instrument that plays, with a crossfade. */

import { Fader } from '../controls/fader.js'
import { html, useState } from '../core/dom.js'
import { ask, useHello } from '../core/store.js'
import { attempt } from '../listing/undo.js'

/** The parameter that says how long the crossfade takes. */
const FADE = 'model_fade'

/** @param {any} props */
export function LoadLive({ model, playing }) {
  const hello = useHello()
  const [busy, setBusy] = useState(false)
  if (!hello?.live || model.error) return null
  const load = async () => {
    setBusy(true)
    await attempt(ask('/distill/model', model.name), `${model.name} is loading; it fades in when it is ready.`)
    setBusy(false)
  }
  return html`<div class="row load-live">
    <button class="button primary" disabled=${busy || playing || !model.prior} onClick=${load}>
      ${playing ? 'Playing now' : 'Play it live'}
    </button>
    <div class="grow"><${Fader} name=${FADE} label="Crossfade" /></div>
    ${!model.prior && html`<p class="soft">It has no prior yet, so it cannot play. Train one in the Train tab.</p>`}
  </div>`
}
