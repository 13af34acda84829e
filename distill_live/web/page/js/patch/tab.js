// @ts-check
/** The Patch tab: what controls what, live, and the patch itself as a text to edit. */

import { html } from '../core/dom.js'
import { Editor } from './editor.js'
import { Mappings } from './mappings.js'

export const id = 'patch'
export const title = 'Patch'

export function Tab() {
  return html`<div class="two-columns even">
    <${Mappings} />
    <${Editor} />
  </div>`
}
