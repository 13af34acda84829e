// @ts-check
/**
 * The bar at the top: model, transport, tempo, meter, sound in the browser, keys.
 *   TopBar({live})
 */

import { html, useEffect, useState } from '../core/dom.js'
import { Button } from '../controls/button.js'
import { openHelp } from './help.js'
import { Listen } from './listen.js'
import { ModelMenu } from './model_menu.js'
import { Tempo } from './tempo.js'
import { Transport } from './transport.js'

/** @param {{live: boolean}} props */
export function TopBar({ live }) {
  return html`<div class="top">
    ${live ? html`<div class="top-model"><${ModelMenu} /></div><${Transport} />`
      : html`<h1 class="top-title">distill-live</h1>`}
    <div class="top-end">
      ${live && html`<${Tempo} /><${Level} /><${Listen} />`}
      <${Button} label="Keys" icon="help" kind="quiet" extra="top-help" hideLabel onPress=${openHelp} />
    </div>
  </div>`
}

/** The meter is drawn on a canvas; its code comes after the first paint. */
function Level() {
  const [Meter, setMeter] = useState(/** @type {any} */ (null))
  useEffect(() => {
    import('../canvas/meter.js').then((module) => setMeter(() => module.Meter))
  }, [])
  return html`<div class="top-meter">${Meter && html`<${Meter} />`}</div>`
}
