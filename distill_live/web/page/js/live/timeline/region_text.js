// @ts-check
/**
 * An edit of the selection as the instrument reads it, and why it cannot be done.
 *   needsPlace(edit, partner)           whether it works on another place of the stream as well
 *   usualAway(edit, region)             how many columns away that is if nobody says; below 0 is earlier
 *   whyNot(given, region, oldest) -> the reason, or ''
 *   textOf(given, region)               such as 'swap . : 120:126' or 'mutate share=0.5'
 * `given`: {edit, partner, away, values}, with `away` in columns.
 */

/** The stream itself, in the place of a clip. */
export const STREAM = '.'
/** The unit of a parameter that is the number of a column. */
const PLACE = 'column'
/** The edit of a single cell. */
const ONE_CELL = 'set'

/** @typedef {import('../../canvas/region.js').Region} Region */
/** @typedef {{edit: any, partner: string, away: number, values: Record<string, string>}} Given */

/** Whether a parameter is said as a place. @param {any} parameter */
export const isPlace = (parameter) => parameter.unit === PLACE

/** @param {any} edit @param {string} partner */
export const needsPlace = (edit, partner) =>
  (edit.partner && partner === STREAM) || edit.arguments.some(isPlace)

/** @param {any} edit @param {Region} region */
export const usualAway = (edit, { count }) => (edit.partner ? -count : count)

/**
 * @param {Given} given @param {Region} region
 * @param {number} oldest the first column whose codes are known
 */
export function whyNot({ edit, partner, away }, region, oldest) {
  const reason = whyNever(edit, region)
  if (reason || !needsPlace(edit, partner)) return reason
  if (!Number.isFinite(away)) return 'How far away is not a number.'
  if (away === 0) return 'Choose another place: that is the selection itself.'
  if (edit.mutual && Math.abs(away) < region.count) return 'The two places overlap: choose one that is further away.'
  if (region.first + away < oldest) return 'That is too long ago: its codes are no longer known.'
  return ''
}

/** Why an edit cannot be done with a selection, wherever else it works. @param {any} edit @param {Region} region */
export function whyNever(edit, { count, bands, levels }) {
  const cells = count * (bands.end - bands.begin) * levels.length
  return edit.name === ONE_CELL && cells !== 1
    ? `It changes one cell, but ${cells} are selected: select one, or use Fill.` : ''
}

/** @param {Given} given @param {Region} region */
export function textOf({ edit, partner, away, values }, { first, count }) {
  const place = first + away
  const numbers = edit.arguments
    .map((/** @type {any} */ one) => [one.name, isPlace(one) ? String(place) : values[one.name] ?? ''])
    .filter((/** @type {string[]} */ [, value]) => value !== '')
    .map((/** @type {string[]} */ [name, value]) => `${name}=${value}`)
  const itself = edit.partner && partner === STREAM ? [':', `${place}:${place + count}`] : []
  return [edit.name, edit.partner ? quoted(partner) : '', ...itself, ...numbers].filter(Boolean).join(' ')
}

/** Names may have spaces. @param {string} name */
const quoted = (name) => (name === STREAM ? name : `"${name.replace(/(["\\])/g, '\\$1')}"`)
