// @ts-check
/** Recording what sounds, what was recorded, and hearing it here. */

import { classes, html, useEffect, useState } from '../core/dom.js'
import { send, useDocument } from '../core/store.js'
import { hasApi } from '../core/api.js'
import { formatBytes, formatSeconds } from '../core/format.js'
import { Button } from '../controls/button.js'
import { Icon } from '../controls/icons.js'
import { captureClip } from './clip_dialogs.js'

const SOUNDS = /\.(wav|flac|mp3|ogg|aiff?|w64|rf64|opus)$/i

export function RecordView() {
  return html`<div class="columns two">
    <div class="column"><${Recorder} /><${Hearing} /></div>
    <div class="column"><${Recordings} /></div>
  </div>`
}

function Recorder() {
  const files = useDocument('files')
  const since = useSince(files?.recording)
  return html`<section class="panel" aria-label="Recorder">
    <div class="panel-head"><h2>Record the output</h2></div>
    <div class="row">
      <${Button} label="Record" icon="record" kind="danger" onPress=${() => send('/distill/record', 1)}
        pressed=${Boolean(files?.recording)} learn=${['record', 1]} />
      <${Button} label="Stop recording" icon="stop" onPress=${() => send('/distill/record', 0)} learn=${['record', 0]} />
      ${since && html`<p class="recording-time" role="timer">${since}</p>`}
    </div>
    <div class="row capture"><${Button} label="Capture the last seconds" onPress=${captureClip} />
      <p class="soft grow">as a clip, and as a sound file with its codes.</p></div>
  </section>`
}

/** How long a recording has run, as text; null while there is none. */
function useSince(/** @type {any} */ recording) {
  const [began, begin] = useState(/** @type {number|null} */ (null))
  const [, tick] = useState(0)
  useEffect(() => {
    begin(recording ? Date.now() : null)
    if (!recording) return
    const timer = setInterval(() => tick((n) => n + 1), 200)
    return () => clearInterval(timer)
  }, [Boolean(recording)])
  return began ? formatSeconds((Date.now() - began) / 1000) : null
}

/** Sound in this browser; its code is loaded when this view is opened. */
function Hearing() {
  const [panels, setPanels] = useState(/** @type {any} */ (null))
  useEffect(() => {
    import('./panels.js').then(setPanels)
  }, [])
  return panels?.BrowserAudio ? html`<${panels.BrowserAudio} />` : null
}

function Recordings() {
  const files = useDocument('files')
  const [canHear, setCanHear] = useState(false)
  useEffect(() => void hasApi('/api/files').then(setCanHear), [])
  // Sidecars, such as the codes of a capture, are for programs.
  const sounds = (files?.recordings ?? []).filter((/** @type {any} */ one) => SOUNDS.test(one.name))
  return html`<section class="panel" aria-label="Recordings">
    <div class="panel-head"><h2>Recordings</h2></div>
    ${sounds.length === 0 && html`<p class="empty">What you record appears here${
      canHear ? ', to hear and to download' : ''}.</p>`}
    <ul class="list">${sounds.map((/** @type {any} */ one) => html`<${Recording} key=${one.name} ...${one}
      canHear=${canHear} running=${one.name === files.recording} />`)}</ul>
  </section>`
}

function Recording(/** @type {any} */ { name, bytes, modified, canHear, running }) {
  const url = `/api/files/recordings/${encodeURIComponent(name)}`
  const about = running ? 'recording now' : `${formatBytes(bytes)}, ${when(modified)}`
  return html`<li class="recording" data-recording=${name}>
    <div class="row"><div class="grow"><div class="cut">${name}</div>
      <div class=${classes('small', running ? 'fault' : 'soft')}>${about}</div></div>
      ${canHear && !running && html`<a class="button" href=${url} download=${name}
        aria-label=${`Download ${name}`}><${Icon} name="download" /> Download</a>`}</div>
    ${canHear && !running && html`<audio controls preload="none" src=${url} aria-label=${name}></audio>`}
  </li>`
}

/** @param {number} seconds since 1970 */
function when(seconds) {
  return new Date(1000 * seconds).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })
}
