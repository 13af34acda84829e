// @ts-check
/**
 * How sounds and grids become documents: chosen from a list, or dropped on the page.
 *   openDialog(beside), OpenDialog({desk})     once, in the tab
 *   useDrop(desk) -> [isOver, handlers]        handlers for the element that files are dropped on
 */

import { html, useEffect, useRef, useRemembered, useState } from '../core/dom.js'
import { store } from '../core/store.js'
import { get } from '../core/api.js'
import { Button } from '../controls/button.js'
import { Dialog } from '../controls/dialog.js'
import { attempt } from '../controls/toast.js'

const SUFFIXES = '.wav,.flac,.ogg,.oga,.opus,.mp3,.aif,.aiff,.caf,.npz,.json'
const MODEL = 'codes.model'

/** @type {(wanted: any) => void} */
let show = () => {}

/** @param {boolean} beside whether it comes beside what is shown */
export const openDialog = (beside) => show({ beside })

/** @param {{desk: any}} props */
export function OpenDialog({ desk }) {
  const [wanted, setWanted] = useState(/** @type {any} */ (null))
  show = setWanted
  if (!wanted) return null
  return html`<${Choice} desk=${desk} beside=${wanted.beside} close=${() => setWanted(null)} />`
}

function Choice(/** @type {any} */ { desk, beside, close }) {
  const [groups, models] = useChoices(desk)
  const [model, setModel] = useModel(models)
  const [search, setSearch] = useState('')
  const picker = useRef(/** @type {HTMLInputElement|null} */ (null))
  const begin = (/** @type {() => void} */ run) => {
    close()
    desk.wantsBeside = beside
    run()
  }
  const isFound = (/** @type {string} */ one) => one.toLowerCase().includes(search.trim().toLowerCase())
  const found = (groups ?? []).map(([title, files]) => ({ title, files: files.filter(isFound) })).filter(({ files }) => files.length)
  const first = found[0]?.files[0]
  return html`<${Dialog} title=${beside ? 'Open another document' : 'Open a sound or a grid of codes'} open wide onClose=${close}>
    <form class="stack" onSubmit=${(/** @type {Event} */ event) => {
      event.preventDefault()
      if (first) begin(() => desk.open(first, model))
    }}>
      <div class="row">
        <input type="search" class="grow" aria-label="Search the files" placeholder="Search the files" value=${search}
          onInput=${(/** @type {any} */ event) => setSearch(event.currentTarget.value)} autofocus />
        <${Button} label="From this computer …" icon="plus" onPress=${() => picker.current?.click()} />
        <input ref=${picker} type="file" accept=${SUFFIXES} hidden aria-label="File on this computer"
          onChange=${(/** @type {any} */ event) => {
            const [file] = event.currentTarget.files
            if (file) begin(() => desk.upload(file, model))
          }} />
      </div>
      ${(!groups || models.length > 0) && html`<label class="field">Encode sounds with
        <select disabled=${!groups} onChange=${(/** @type {any} */ event) => setModel(event.currentTarget.value)}>
          ${store.document('model')?.name && html`<option value="" selected=${!model}>the current model</option>`}
          ${models.map((one) => html`<option value=${one} selected=${one === model}>${one}</option>`)}
        </select></label>`}
      <div class="file-list">
        ${found.map(({ title, files }) => html`<h3>${title}</h3>
          ${files.map((/** @type {string} */ one) => html`<button type="button" class="file-choice" key=${one}
            onClick=${() => begin(() => desk.open(one, model))}>${one.replace(/^(recordings|generated|sets\/[^/]*)\//, '')}</button>`)}`)}
        ${groups && !found.length && html`<p class="empty">${search ? 'No file has such a name.'
          : 'There are no recordings, generated files or sets yet. Choose a file on this computer, or drop one on the page.'}</p>`}
      </div>
      <div class="dialog-end"><${Button} label="Cancel" onPress=${close} /></div>
    </form>
  </${Dialog}>`
}

/** The files of the server in groups, null until they are known, and the names of its models. */
function useChoices(/** @type {any} */ desk) {
  const [groups, setGroups] = useState(/** @type {[string, string[]][]|null} */ (null))
  const [models, setModels] = useState(/** @type {string[]} */ ([]))
  useEffect(() => {
    attempt(Promise.all([get('/api/files'), get('/api/sets'), get('/api/models')])).then((found) => {
      if (!found) return
      const [{ files }, { sets }, known] = found
      const of = (/** @type {string} */ kind) =>
        files.filter((/** @type {any} */ one) => one.kind === kind).map((/** @type {any} */ one) => one.path)
      setGroups([
        ['Recordings', of('recording')], ['Generated', of('generated')], ['Saved codes', desk.saved],
        ...sets.map((/** @type {any} */ set) => [`Set ${set.name}`,
          set.files.map((/** @type {any} */ one) => `sets/${set.name}/${one.name}`)]),
      ])
      setModels(known.models.map((/** @type {any} */ one) => one.name))
    })
  }, [])
  return /** @type {[[string, string[]][]|null, string[]]} */ ([groups, models])
}

/** The model to encode with; '' is that in play, if one plays. @param {string[]} models */
function useModel(models) {
  const [model, setModel] = useRemembered(MODEL, '')
  const plays = Boolean(store.document('model')?.name)
  const known = models.includes(model) ? model : plays ? '' : (models[0] ?? '')
  // What is dropped on the page is encoded with it as well.
  useEffect(() => {
    if (known !== model && models.length) setModel(known)
  }, [known, models.length])
  return /** @type {[string, (name: string) => void]} */ ([known, setModel])
}

/** @param {any} desk */
export function useDrop(desk) {
  const [isOver, setOver] = useState(false)
  const [model] = useRemembered(MODEL, '')
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files')
  const over = (/** @type {DragEvent} */ event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    setOver(true)
  }
  const drop = async (/** @type {DragEvent} */ event) => {
    event.preventDefault()
    setOver(false)
    for (const file of [...(event.dataTransfer?.files ?? [])].slice(0, 2)) {
      desk.wantsBeside = desk.shown.length === 1
      await desk.upload(file, model || (await anyModel()))
    }
  }
  return [isOver, { onDragOver: over, onDragLeave: () => setOver(false), onDrop: drop }]
}

/** Where nothing plays, the first model encodes until another is chosen. */
async function anyModel() {
  if (store.document('model')?.name) return ''
  const found = await attempt(get('/api/models'))
  return found?.models[0]?.name ?? ''
}
