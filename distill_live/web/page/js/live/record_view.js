// @ts-check
/** Recording what sounds, what was recorded, and hearing it here. */

import { html, useEffect, useState } from '../core/dom.js'
import { send, useDocument } from '../core/store.js'
import { get, hasApi } from '../core/api.js'
import { formatBytes, formatSeconds } from '../core/format.js'
import { Button } from '../controls/button.js'
import { attempt } from '../controls/toast.js'
import { captureClip } from './clip_dialogs.js'

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
        pressed=${files && 'recording' in files ? Boolean(files.recording) : undefined} learn=${['record', 1]} />
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
  const told = useDocument('files')
  const [files, setFiles] = useState(/** @type {any[]|null} */ (null))
  const load = async () => {
    if (!(await hasApi('/api/files'))) return
    const found = await attempt(get('/api/files'))
    setFiles((found?.files ?? []).filter((/** @type {any} */ one) => one.kind === 'recording'))
  }
  useEffect(() => void load(), [told])
  if (files === null) return null
  return html`<section class="panel" aria-label="Recordings">
    <div class="panel-head"><h2>Recordings</h2><${Button} label="Refresh" kind="quiet" onPress=${load} /></div>
    ${files.length === 0 && html`<p class="empty">What you record appears here, to hear and to download.</p>`}
    <ul class="list">${files.map((one) => html`<${Recording} key=${one.path} ...${one} />`)}</ul>
  </section>`
}

function Recording(/** @type {any} */ { path, seconds, bytes, modified }) {
  const url = `/api/files/${path.split('/').map(encodeURIComponent).join('/')}`
  const name = path.split('/').at(-1)
  const about = [seconds && formatSeconds(seconds), bytes && formatBytes(bytes), modified && when(modified)]
  return html`<li class="recording">
    <div class="row"><div class="grow"><div class="cut">${name}</div>
      <div class="soft small">${about.filter(Boolean).join(', ')}</div></div>
      <a class="button" href=${url} download=${name} aria-label=${`Download ${name}`}>Download</a></div>
    <audio controls preload="none" src=${url} aria-label=${name}></audio>
  </li>`
}

function when(/** @type {string} */ iso) {
  return new Date(iso).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })
}
