// @ts-check
/** The sounds in the folders of the server, newest first: to hear, compare, keep and take further. */

import { Icon } from '../controls/icons.js'
import { html, useRemembered, useState } from '../core/dom.js'
import { Problem } from '../listing/loaded.js'
import { Compare } from './compare.js'
import { SoundRow } from './sound_row.js'

/** How many rows are drawn at first, and with each "Show more". */
const PAGE = 30

/** @param {{files: any, reuse: (file: any) => void}} props */
export function History({ files, reuse }) {
  const [text, setText] = useState('')
  const [favourites, setFavourites] = useRemembered('generate.favourites', false)
  const [sides, setSides] = useState({ A: '', B: '' })
  const [shown, setShown] = useState(PAGE)
  const all = sorted(files.data?.files ?? [])
  const found = all.filter((file) => (!favourites || file.favourite) && matches(file, text))
  const side = (/** @type {string} */ name, /** @type {string} */ path) =>
    setSides((/** @type {any} */ old) => ({ ...old, [name]: old[name] === path ? '' : path }))
  return html`<section class="panel" aria-label="Sounds">
    <div class="panel-head">
      <h2>Sounds</h2>
      <input
        type="search"
        class="search"
        placeholder="Search"
        aria-label="Search in the sounds"
        value=${text}
        onInput=${(/** @type {any} */ event) => setText(event.target.value)}
      />
      <button class="button quiet" aria-pressed=${favourites} onClick=${() => setFavourites(!favourites)}>
        <${Icon} name="starred" /> Favourites
      </button>
    </div>
    <${Problem} text=${files.error} retry=${files.reload} />
    <${Compare} sides=${sides} files=${all} clear=${() => setSides({ A: '', B: '' })} />
    ${files.data && found.length === 0 &&
    html`<p class="empty">
      ${all.length
        ? 'No sound matches.'
        : 'What you generate or record appears here. Choose a model, then Generate.'}
    </p>`}
    <ul class="sounds">
      ${found.slice(0, shown).map(
        (file) => html`<${SoundRow}
          key=${file.path}
          file=${file}
          sides=${sides}
          side=${side}
          reuse=${reuse}
          changed=${files.reload}
        />`,
      )}
    </ul>
    ${found.length > shown &&
    html`<button class="button" onClick=${() => setShown(shown + PAGE)}>
      Show ${Math.min(PAGE, found.length - shown)} more of ${found.length}
    </button>`}
  </section>`
}

function sorted(/** @type {any[]} */ files) {
  return [...files].sort((a, b) => (a.modified < b.modified ? 1 : -1))
}

function matches(/** @type {any} */ file, /** @type {string} */ text) {
  const words = [file.path, file.sidecar?.model?.name, file.sidecar?.seed].join(' ').toLowerCase()
  return text.toLowerCase().split(/\s+/).every((part) => words.includes(part))
}
