// @ts-check
/** The heads of a document's rows: a press on a level or a band plays it alone. */

import { classes, html } from '../core/dom.js'
import { levelsOf } from '../core/store.js'
import { openMenu } from '../controls/menu.js'
import { HEADER, RULER } from './codes_view.js'
import { renameLevels } from './rename.js'
import { partOf, wholeRegion } from './parts.js'

/** Bands show their numbers from this height of a cell on, in CSS pixels. */
const NUMBER_HEIGHT = 12

/** @param {{desk: any, id: string, cell: number}} props */
export function Gutter({ desk, id, cell }) {
  const { document } = desk.of(id)
  const levels = levelsOf({ levels: document.labels })
  return html`<div class="codes-gutter" role="group" aria-label="Rows: press one to hear it alone">
    ${levels.map((/** @type {any} */ level, /** @type {number} */ number) => html`<${Level} key=${number}
      ...${{ desk, id, cell, level, number, document }} />`)}
  </div>`
}

function Level(/** @type {any} */ { desk, id, cell, level, number, document }) {
  const top = RULER + number * (HEADER + document.bands * cell)
  const hear = (/** @type {any} */ bands) =>
    desk.hear(id, partOf({ ...wholeRegion(document), ...columnsOf(desk.of(id)), levels: [number], bands }))
  const all = { begin: 0, end: document.bands }
  const menu = (/** @type {MouseEvent} */ event) => openMenu(event, [
    { label: 'Hear it alone', run: () => hear(all) },
    { label: 'Select it', run: () => desk.set(id, { selection: { ...wholeRegion(document), levels: [number] } }) },
    { label: 'Rename the levels …', run: () => renameLevels(desk, id) },
  ], level.label)
  return html`<button type="button" class=${classes('level-head', `level-${level.colour}`)}
      style=${{ top: `${top}px`, height: `${HEADER}px` }} title=${`Hear ${level.label} alone; right click to rename`}
      aria-label=${`Hear ${level.label} alone`} onClick=${() => hear(all)} onContextMenu=${menu}>
      <span class="cut">${level.label}</span></button>
    ${Array.from({ length: document.bands }, (_, band) => html`<button type="button" class="band-head"
      style=${{ top: `${top + HEADER + (document.bands - 1 - band) * cell}px`, height: `${cell}px` }}
      tabindex="-1" title=${`Hear band ${band + 1} of ${level.label} alone`}
      aria-label=${`Hear band ${band + 1} of ${level.label} alone`}
      onClick=${() => hear({ begin: band, end: band + 1 })}>${cell >= NUMBER_HEIGHT && band + 1}</button>`)}`
}

/** A row is heard within the selected columns, if there are some. */
function columnsOf(/** @type {any} */ { selection }) {
  return selection ? { first: selection.first, count: selection.count } : {}
}
