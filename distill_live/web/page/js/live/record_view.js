// @ts-check
/** Recording what sounds, and what was recorded. */

import { classes, html, useEffect, useState } from '../core/dom.js'
import { send, useDocument } from '../core/store.js'
import { hasApi } from '../core/api.js'
import { formatBytes, formatClock } from '../core/format.js'
import { Button } from '../controls/button.js'
import { Icon } from '../controls/icons.js'
import { PlayButton } from '../listing/play_button.js'
import { Waveform } from '../listing/waveform.js'
import { captureClip } from './clip_dialogs.js'

const PEAKS = 240
const SOUNDS = /\.(wav|flac|mp3|ogg|aiff?|w64|rf64|opus)$/i

export function RecordView() {
  return html`<div class="columns two">
    <div class="column"><${Recorder} /></div>
    <div class="column"><${Recordings} /></div>
  </div>`
}

function Recorder() {
  const recording = useDocument('recording')
  return html`<section class="panel" aria-label="Recorder">
    <div class="panel-head"><h2>Record the output</h2></div>
    <div class="row">
      <${Button} label=${recording ? 'Recording' : 'Record'} icon="record" kind="danger" extra="record-button"
        onPress=${() => send('/distill/record', 1)} pressed=${Boolean(recording)} learn=${['record', 1]} />
      <${Button} label="Stop recording" icon="stop" disabled=${!recording}
        onPress=${() => send('/distill/record', 0)} learn=${['record', 0]} />
      <p class="recording-time number">${recording ? formatClock(recording.seconds) : ''}</p>
    </div>
    <div class="row capture"><${Button} label="Capture the last seconds" onPress=${captureClip} />
      <p class="soft grow">as a clip, and as a sound file with its codes.</p></div>
  </section>`
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
    <div class="row">${canHear && !running && html`<${PlayButton} url=${url} name=${name} />`}
      <div class="grow"><div class="cut">${name}</div>
      <div class=${classes('small', running ? 'fault' : 'soft')}>${about}</div></div>
      ${canHear && !running && html`<a class="button" href=${url} download=${name}
        aria-label=${`Download ${name}`}><${Icon} name="download" /> Download</a>`}</div>
    ${canHear && !running && html`<${Waveform} url=${url} peaks=${`${url}/peaks?count=${PEAKS}`} name=${name} />`}
  </li>`
}

/** @param {number} seconds since 1970 */
function when(seconds) {
  return new Date(1000 * seconds).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })
}
