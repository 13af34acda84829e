// @ts-check
/**
 * A parameter that each level can have alone: the global value and the levels side by side; one
 * below the other on a phone, where a finger that scrolls would move upright faders.
 *   LevelFaders({name})
 */

import { html, useMedia } from '../core/dom.js'
import { store, useLevels } from '../core/store.js'
import { titleOf } from '../core/format.js'
import { Fader } from './fader.js'

/** @param {{name: string}} props */
export function LevelFaders({ name }) {
  const levels = useLevels()
  const upright = !useMedia('(max-width: 719px)')
  const parameter = store.parameters.get(name)
  if (!parameter) return null
  return html`<div class="level-faders" role="group" aria-label=${titleOf(name)}>
    <${Fader} key="all" name=${name} label="All levels" vertical=${upright} />
    ${parameter.perLevel && levels.map((/** @type {any} */ level) => html`<${Fader}
      key=${level.name} name=${name} level=${level} vertical=${upright} />`)}
  </div>`
}
