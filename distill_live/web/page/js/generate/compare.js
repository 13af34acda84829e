// @ts-check
/** Two sounds in turn: the other one goes on where this one is. */

import { Segments } from '../controls/segments.js'
import { html, useEffect } from '../core/dom.js'
import { formatSeconds } from '../core/format.js'
import { useKeys } from '../core/keys.js'
import { player, usePlayer } from '../core/player.js'
import { PlayButton } from '../listing/play_button.js'
import { apiPath } from '../listing/undo.js'

/** The last part of a path. @param {string} path */
export const nameOf = (path) => path.split('/').at(-1) ?? path

/** @param {{sides: {A: string, B: string}, files: any[], clear: () => void}} props */
export function Compare({ sides, files, clear }) {
  const here = (/** @type {string} */ path) => files.some((file) => file.path === path)
  if (!sides.A && !sides.B) return null
  const both = here(sides.A) && here(sides.B)
  return html`<div class="compare" role="group" aria-label="Compare two sounds">
    ${both
      ? html`<${Pair} a=${sides.A} b=${sides.B} />`
      : html`<p class="soft grow">
          ${sides.A ? 'A' : 'B'}: ${nameOf(sides.A || sides.B)}. Choose the other one in the list.
        </p>`}
    <button class="button quiet" onClick=${clear}>Clear</button>
  </div>`
}

function Pair(/** @type {{a: string, b: string}} */ { a, b }) {
  return html`<${Switch}
    sounds=${[
      { label: 'A', name: nameOf(a), url: apiPath('files', a) },
      { label: 'B', name: nameOf(b), url: apiPath('files', b) },
    ]}
  />`
}

/**
 * Buttons to play one of two sounds and to switch between them; X switches, too.
 * @param {{sounds: {label: string, name: string, url: string}[]}} props
 */
export function Switch({ sounds }) {
  const [first, second] = sounds
  const now = player.current() === second.url ? second : first
  const other = now === first ? second : first
  const state = usePlayer(now.url)
  useEffect(() => {
    player.prepare(first.url)
    player.prepare(second.url)
  }, [first.url, second.url])
  const swap = () => {
    if (player.current() !== now.url) player.play(now.url)
    else player.swap(other.url)
  }
  useKeys('Compare', [{ keys: 'x', text: 'Switch between the two sounds', run: swap }])
  return html`<${PlayButton} url=${now.url} name=${now.name} />
    <${Segments}
      label="Which one plays"
      options=${sounds.map((one) => ({ id: one.url, label: one.label }))}
      value=${now.url}
      onChange=${(/** @type {string} */ url) => url !== now.url && swap()}
    />
    <span class="grow cut">${now.name}</span>
    <span class="number soft">${formatSeconds(state.position)}</span>`
}
