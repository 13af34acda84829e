// @ts-check
/**
 * Whether and how the instrument is heard in this browser.
 *   Listen()      the button beside the meter, and the dialog with its settings
 *   NoSound()     says that the server has no sound of its own
 */

import { html, useEffect, useRemembered, useState } from '../core/dom.js'
import { listen, useListening } from '../core/listening.js'
import { useDocument } from '../core/store.js'
import { listenHere } from '../audio/listen_here.js'
import { Button } from '../controls/button.js'
import { useControlMenu } from '../controls/control_menu.js'
import { Dialog } from '../controls/dialog.js'

export function Listen() {
  const playing = useListening()
  const [open, setOpen] = useState(false)
  const settings = () => setOpen(true)
  const menu = useControlMenu({ label: 'Sound in this browser', items: [{ label: 'Volume, latency, quality', run: settings }] })
  const gaps = playing?.report.gaps
  return html`<span class="joined listen" ...${menu}>
    <${Button} icon=${playing ? 'sound' : 'mute'} hideLabel pressed=${Boolean(playing)}
      label=${playing ? 'Stop the sound in this browser' : 'Listen in this browser'}
      title=${playing ? `Heard in this browser${gaps ? `, ${gaps} gaps` : ''}. Press to stop.`
        : 'Listen in this browser'}
      onPress=${() => (playing ? listen(null) : listenHere())} />
    <${Button} label="Sound in this browser" icon="down" hideLabel extra="narrow" onPress=${settings} />
  </span>${open && html`<${Settings} close=${() => setOpen(false)} />`}`
}

/** Its code comes when it is opened. */
function Settings(/** @type {any} */ { close }) {
  const [Shown, setShown] = useState(/** @type {any} */ (null))
  useEffect(() => {
    import('../audio/listen_settings.js').then((module) => setShown(() => module.ListenSettings))
  }, [])
  return html`<${Dialog} title="Sound in this browser" open onClose=${close}>${Shown && html`<${Shown} />`}</${Dialog}>`
}

export function NoSound() {
  const audible = useDocument('server')?.audible
  const playing = useListening()
  const [hidden, hide] = useRemembered('hiddenSilence', false)
  useEffect(() => {
    // Said again the next time that its sound is gone.
    if (audible && hidden) hide(false)
  }, [audible, hidden])
  if (audible !== false || playing || hidden) return null
  return html`<div class="banner" role="status">
    <p class="grow"><strong>This server has no sound card:</strong> listen to it in this browser.</p>
    <${Button} label="Listen here" icon="sound" kind="primary" onPress=${listenHere} />
    <${Button} label="Hide" kind="quiet" onPress=${() => hide(true)} />
  </div>`
}
