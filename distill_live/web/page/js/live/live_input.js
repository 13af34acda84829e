// @ts-check
/**
 * What is played into the instrument: listen, continue from it, keep it. Only where there is an input.
 *   LiveInput()
 */

import { html } from '../core/dom.js'
import { send, useDocument } from '../core/store.js'
import { Button } from '../controls/button.js'
import { asked } from '../controls/dialog.js'

export function LiveInput() {
  const listening = useDocument('server')?.listening ?? null
  if (listening === null) return null
  return html`<section class="panel" aria-label="Live input">
    <div class="panel-head">
      <h2>Live input</h2>
      <${Button} label=${listening ? 'Listening' : 'Listen'} icon="sound" pressed=${listening}
        onPress=${() => send('/distill/listen', listening ? 0 : 1)} learn=${['listen', 1]} />
    </div>
    <div class="row">
      <${Button} label="Continue from the last phrase" icon="release" disabled=${!listening}
        onPress=${() => send('/distill/listen/prime')} learn="listen/prime" />
      <${Button} label="Keep it as a clip" disabled=${!listening} onPress=${keep} />
    </div>
  </section>`
}

async function keep() {
  const name = await asked('Keep the last phrase', { action: 'Keep', hint: 'Name of the clip' })
  if (name) send('/distill/listen/clip', name)
}
