// @ts-check
/** What can be done when a selection is let go somewhere: edits between two places. */

import { store } from '../core/store.js'
import { columnsText, editText } from './parts.js'

/** How the edits with a second grid are asked for; plugins' edits come under their own names. */
const WORDS = {
  swap: 'Swap the two places',
  interleave: 'Copy it here',
  quantise: 'Keep to its codes',
}

/**
 * @param {any} desk @param {{id: string, region: any}} from @param {{id: string, column: number}} to
 * @returns {{items: any[], title: string}}
 */
export function dropItems(desk, from, to) {
  const place = placeOf(desk, from, to)
  const items = from.id === to.id ? insideItems(desk, from, to, place) : betweenItems(desk, from, to, place)
  return { items, title: `${desk.of(from.id).document.name} → ${desk.of(to.id).document.name}, column ${to.column}` }
}

/** The region where it was dropped, as short as that document is, and the columns it comes from. */
function placeOf(/** @type {any} */ desk, /** @type {any} */ { region }, /** @type {any} */ { id, column }) {
  const { document } = desk.of(id)
  const count = Math.min(region.count, document.columns - column)
  return {
    document, region: { ...region, first: column, count },
    partnerColumns: columnsText(region.first, region.first + count),
  }
}

function betweenItems(/** @type {any} */ desk, /** @type {any} */ from, /** @type {any} */ to, /** @type {any} */ place) {
  const partner = from.id
  const run = (/** @type {string} */ edit, /** @type {any} */ values = {}) =>
    desk.edit(to.id, editText({ edit, partner, values, ...place }))
  const known = [...store.edits.values()].filter((one) => one.partner)
  const order = ['swap', 'interleave', 'blend', 'quantise']
  const rank = (/** @type {any} */ one) => (order.indexOf(one.name) + order.length + 1) % (order.length + 1)
  return [
    ...known.sort((one, other) => rank(one) - rank(other)).flatMap((one) => (one.name === 'blend'
      ? [25, 50, 75].map((share) => ({ label: `Blend, ${share} %`, run: () => run('blend', { amount: share / 100 }) }))
      : [{ label: WORDS[one.name] ?? one.name, hint: WORDS[one.name] && one.name, run: () => run(one.name) }])),
    {
      label: 'Choose the settings …',
      run: () => {
        desk.activate(to.id)
        desk.set(to.id, { selection: place.region })
        desk.setDraft({ edit: 'blend', partner, partnerColumns: place.partnerColumns })
      },
    },
  ]
}

function insideItems(/** @type {any} */ desk, /** @type {any} */ from, /** @type {any} */ to, /** @type {any} */ place) {
  const { document, region, partnerColumns } = place
  const there = { ...from.region, count: region.count }
  const run = (/** @type {string} */ edit) =>
    desk.edit(from.id, editText({ edit, region: there, document, values: { to: to.column } }))
  return [
    { label: 'Move it here', hint: 'move', run: () => run('move') },
    { label: 'Copy it here', hint: 'copy', run: () => run('copy') },
    {
      label: 'Swap the two places', hint: 'swap',
      run: () => desk.edit(from.id, editText({ edit: 'swap', partner: '.', region, document, partnerColumns })),
    },
  ]
}
