// @ts-check
/**
 * An edit that was done once, in words.
 *   editInWords('mutate 0:16 share=0.3 --levels timbre', tables)   'Mutate (Timbre), share 0.3, columns 0 to 15'
 *   editInWords('mutate share=0.3', tables, [0, 16])               the same, the columns apart
 *
 * Where the tables have `now`, {column, columnSeconds} of what sounds, columns are said in seconds from
 * there, 'from 0.4 s to 1.8 s ahead'. Seeds, which the instrument chooses, are left out there, and where the
 * tables are `short`.
 */

import { titleOf, uncapital, words } from './format.js'

const COLUMNS = /^(?=.*[\d:])(?:[\d.]+(?:m?s)?|[\d.]*(?:m?s)?:[\d.]*(?:m?s)?)$/

/**
 * The text of an edit as words; null if it is something else, such as a name that somebody gave.
 * @param {string} text @param {any} tables @param {[number, number]} [place] first column and end
 */
export function editInWords(text, tables, place) {
  const [name, ...rest] = split(text)
  const edit = tables.edits.get(name)
  if (!edit) return null
  const said = { places: /** @type {string[]} */ ([]), values: /** @type {string[]} */ ([]), band: '', bands: '', levels: '' }
  for (let n = 0; n < rest.length; n += 1) {
    const [, option, given] = /^--(bands?|levels|seed)(?:=(.*))?$/.exec(rest[n]) ?? []
    const [, value, number] = /^([a-z][a-z0-9_]*)=(.*)$/.exec(rest[n]) ?? []
    if (option) take(said, option, given ?? rest[(n += 1)] ?? '', Boolean(tables.now || tables.short))
    else if (value) said.values.push(`${uncapital(titleOf(value))} ${destination(value, number, tables.now) ?? number}`)
    else said.places.push(rest[n])
  }
  // The name of a second grid may have spaces.
  const names = said.places.findIndex((one) => COLUMNS.test(one))
  const partner = said.places.slice(0, names < 0 ? undefined : names).join(' ')
  const [columns, ...more] = names < 0 ? [] : said.places.slice(names)
  if (!more.every((one) => COLUMNS.test(one)) || (partner && !edit?.partner)) return null
  const where = [levelsInWords(said.levels, tables), bandsInWords(said)].filter(Boolean).join(', ')
  const itself = more.length ? `itself ${columnsInWords(more[0], tables.now)}` : 'itself'
  return [
    words(name) + (partner && ` with ${partner === '.' ? itself : partner}`) + (where && ` (${where})`),
    ...said.values,
    columnsInWords(place ? place.join(':') : columns, tables.now),
  ].filter(Boolean).join(', ')
}

/** @param {any} said @param {string} option @param {string} value @param {boolean} short */
function take(said, option, value, short) {
  if (option !== 'seed') said[option] = value
  else if (!short) said.values.push(`seed ${value}`)
}

/** The column that cells are taken to, as a time. @param {string} name @param {string} value @param {any} now */
function destination(name, value, now) {
  if (!now || name !== 'to' || !/^\d+$/.test(value)) return null
  const seconds = (Number(value) - now.column) * now.columnSeconds
  return `${Math.abs(seconds).toFixed(1)} s ${seconds < 0 ? 'ago' : 'ahead'}`
}

/** @param {string} text @param {{column: number, columnSeconds: number}} [now] */
function columnsInWords(text, now) {
  if (!text || text === ':') return ''
  const [, first, end] = /^(\d+)(?::(\d+))?$/.exec(text) ?? []
  if (!now || first === undefined) return range('column', text, 0)
  const seconds = (/** @type {number} */ column) => (column - now.column) * now.columnSeconds
  const [from, to] = [seconds(Number(first)), seconds(Number(end ?? Number(first) + 1))]
  const [near, far] = [from, to].map((one) => `${Math.abs(one).toFixed(1)} s`)
  if (from < 0 && to > 0) return `from ${near} ago to ${far} ahead`
  return `from ${near} to ${far} ${to > 0 ? 'ahead' : 'ago'}`
}

/** '3' or '1-4', or, as earlier versions wrote them, '2' or '0:4' of --bands. @param {any} said */
function bandsInWords({ band, bands }) {
  if (!band) return bands && range('band', bands, 1)
  return `${/[-,a-z]/.test(band) ? 'bands' : 'band'} ${band.replaceAll('-', ' to ').replaceAll(',', ', ')}`
}

/** 'band 3' or 'bands 1 to 4' of '2:3' and '0:4'; words and seconds stay. */
function range(/** @type {string} */ what, /** @type {string} */ text, /** @type {number} */ from) {
  const [, first, end] = /^(\d+):(\d+)$/.exec(text) ?? []
  if (first === undefined) return `${what}s ${/^\d+$/.test(text) ? Number(text) + from : text}`.replace(/s (\d+)$/, ' $1')
  const [low, high] = [Number(first) + from, Number(end) - 1 + from]
  return high > low ? `${what}s ${low} to ${high}` : `${what} ${low}`
}

function levelsInWords(/** @type {string} */ text, /** @type {any} */ tables) {
  const levels = tables.levels()
  return text.split(',').filter(Boolean).map((one) =>
    levels.find((/** @type {any} */ level) => level.name === one)?.label ?? levels[Number(one)]?.label ?? one).join(' and ')
}

/** The words of a text; what is in quotes is one word. */
const split = (/** @type {string} */ text) =>
  (text.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((one) => one.replace(/^(["'])(.*)\1$/, '$2'))
