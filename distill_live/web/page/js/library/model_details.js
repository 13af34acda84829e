// @ts-check
/** Everything about one model, and what can be done with it. */

import { post } from '../core/api.js'
import { html, useState } from '../core/dom.js'
import { asked } from '../controls/dialog.js'
import { Icon } from '../controls/icons.js'
import { formatBytes, formatSeconds } from '../core/format.js'
import { Problem, useLoaded } from '../listing/loaded.js'
import { attempt, apiPath, deleteWithUndo } from '../listing/undo.js'
import { CodebookHealth } from './codebook_health.js'
import { LoadLive } from './load_live.js'
import { abilities, day } from './model_row.js'
import { Name, Tags } from './naming.js'
import { Report } from './report.js'

/** @param {any} props */
export function ModelDetails({ model, playing, changed, close }) {
  const path = apiPath('models', model.name)
  const details = useLoaded(path)
  const codebook = useLoaded(model.error ? null : `${path}/codebook`)
  const known = { ...model, ...details.data }
  const noted = (/** @type {string} */ name) => {
    if (name === model.name) details.reload()
    changed(name)
  }
  return html`<section class="panel model-details" aria-label=${model.name}>
    <div class="panel-head">
      <${Name} model=${known} changed=${changed} />
      <button class="button quiet" aria-label="Close" onClick=${close}><${Icon} name="close" /></button>
    </div>
    <${Problem} text=${details.error || model.error} retry=${details.error ? details.reload : undefined} />
    <${Tags} model=${known} changed=${noted} />
    <${LoadLive} model=${known} playing=${playing} />
    <${Facts} model=${known} />
    <${CodebookHealth} model=${known} codebook=${codebook} />
    <${Recordings} names=${known.recordings ?? known.header?.dataset_files} />
    ${/* Buttons that move while they are pressed are missed: these wait for what stands above them. */
    !details.busy && !codebook.busy &&
    html`<${Actions} model=${known} path=${path} changed=${changed} reload=${details.reload} />`}
  </section>`
}

function Facts(/** @type {any} */ { model }) {
  const size = model.codebookSize && `${model.levels?.length ?? '?'} levels of ${model.codebookSize} codes`
  const sound = model.seconds && `${model.files ?? '?'} recordings, ${formatSeconds(model.seconds)}`
  const rows = [
    ['Can do', abilities(model)],
    ['Levels', (model.levels ?? []).join(', ')],
    ['Codebooks', size],
    ['Learned from', sound],
    ['Sound', !model.error && (model.stereo ? 'stereo' : 'mono')],
    ['Clarity', !model.old && !model.error && (model.clarity ? 'measured' : 'not measured')],
    ['Grains', !model.old && !model.error && grainsOf(model.grains)],
    ['Made', day(model.created)],
    ['Size', model.bytes && formatBytes(model.bytes)],
    ['File', model.file],
  ].filter(([, value]) => value)
  return html`<dl class="facts">
    ${rows.map(([name, value]) => html`<dt key=${`n${name}`}>${name}</dt><dd key=${name}>${value}</dd>`)}
  </dl>`
}

/** @param {{seconds: number, bytes: number} | null | undefined} grains */
const grainsOf = (grains) => (grains ? `${formatSeconds(grains.seconds)}, ${formatBytes(grains.bytes)}` : 'none')

function Recordings(/** @type {{names?: string[]}} */ { names }) {
  if (!names?.length) return null
  return html`<details>
    <summary>${names.length === 1 ? '1 recording' : `${names.length} recordings`}</summary>
    <ul class="names">
      ${names.map((name, n) => html`<li key=${n}>${name}</li>`)}
    </ul>
  </details>`
}

function Actions(/** @type {any} */ { model, path, changed, reload }) {
  const [converting, setConverting] = useState(false)
  const convert = async () => {
    // The old file stays, so in the same folder the new one needs another name.
    const value = model.own ? `${model.name} converted` : model.name
    const name = await asked('Convert to a model of this version', { value, action: 'Convert', hint: 'Name of the new model' })
    if (!name) return
    setConverting(true)
    const made = await attempt(post(`${path}/import`, { name }), `${name} is in the library.`)
    setConverting(false)
    if (made) changed(made.name ?? name)
  }
  return html`<div class="row">
    <a class="button" href=${`${path}/file`} download=${`${model.name}.distill`}>Download</a>
    <${Report} model=${model} path=${path} reload=${reload} />
    ${model.old && html`<button class="button" disabled=${converting} onClick=${convert}>
      ${converting ? 'Converting …' : 'Convert to this version'}</button>`}
    ${model.own !== false &&
    html`<button
      class="button danger"
      onClick=${() => deleteWithUndo(path, model.name, () => changed(''))}
    >
      Delete
    </button>`}
  </div>`
}
