// @ts-check
/**
 * What the server says, as a musician would say it: titles in place of addresses, values with their
 * units. Everything is made from the tables of parameters, requests and edits, plugins' included;
 * what is not known stays as it was said.
 *
 *   sentence('undone: edit/mask/on/detail 1 (now at 3 of 7)')   'Undone: mask on for Detail'
 *   stateTitle('edit/echo/amount 0.4')                          'Echo amount 0.4', for lists of states
 *
 * Both take the tables as a second argument: {parameters, requests, edits, levels()}; usually the store.
 * With `now`, {column, columnSeconds} of what sounds, columns become seconds from there.
 */

import { editInWords } from './edit_words.js'
import { capital, formatValue, titleOf, uncapital, words } from './format.js'
import { store } from './store.js'

/** @typedef {{column: number, columnSeconds: number}} Now */
/** @typedef {Pick<typeof store, 'parameters'|'requests'|'edits'|'levels'> & {now?: Now, short?: boolean}} Tables */

const ROOT = '/distill/'
const ADDRESS = /(?<![\w/.])(?:\/distill\/)?[a-z][a-z0-9_]*(?:\/[a-z0-9_]+)*(?![\w/.])/g
const CLIPS = { blend: 'Clip to blend', manner: 'Clip to imitate', edit: 'Clip for edits' }

/** What states are called that no parameter explains. @type {[RegExp, (found: string[], tables: Tables) => string|null][]} */
const STATES = [
  [/^(?:start)?$/, () => 'Start'],
  [/^(.+), named (.+)$/, ([, done, given], tables) => `${stateTitle(done, tables)}, named ${given}`],
  [/^back to (.+)$/, ([, given]) => `Back to ${given}`],
  [/^panic$/, () => 'Panic'],
  [/^preset (.+)$/, ([, name]) => `Preset ${name}`],
  [/^reset$/, () => 'Everything reset'],
  [/^reset (\S+)$/, ([, name], tables) => `${titleOfAddress(name, tables) ?? words(name.replace(/^edit\/?/, '') || 'edits')} reset`],
  [/^edit\/order(.*)$/, ([, names]) => `Order of edits: ${names.trim().split(/\s+/).filter(Boolean).map(words).map(uncapital).join(', ') || 'alphabetical'}`],
  [/^(blend|manner|edit)\/clip (.+)$/, ([, slot, name]) =>
    `${CLIPS[/** @type {keyof typeof CLIPS} */ (slot)]}: ${name === 'off' ? 'none' : name}`],
  [/^paint (\d+ cells?)$/, ([, cells]) => `Painted: ${cells}`],
  [/^cell(?:\/ahead)? \d+ (\d+) (\S+) (\d+)$/, ([, band, level, code], tables) =>
    `Painted: ${labelOf(level, tables) ?? level}, band ${band}, code ${code}`],
  [/^(?:region(?:\/ahead|\/loop)?: )?(.+)$/, ([, text], tables) => editInWords(text, tables)],
]

/** What the server says. @type {[RegExp, (found: string[], tables: Tables) => string][]} */
const MESSAGES = [
  [/^(undone|redone): (.*?)(, which was not made yet)? \(now at \d+ of \d+\)$/, ([, what, name, early = ''], tables) =>
    `${words(what)}: ${uncapital(stateTitle(name, tables))}${early}`],
  [/^now at state \d+ of \d+: (.*)$/, ([, name], tables) => `Back to: ${uncapital(stateTitle(name, tables))}`],
  [/^state \d+ is now called (.+)$/, ([, name]) => `This state is now called ${name}`],
  [/^refused (\S+): (.*)$/, ([, address, reason], tables) => `${titleOfAddress(address, tables) ?? address}: ${sentence(reason, tables)}`],
]

/** A line of the server in plain words. @param {string} text @param {Tables} [tables] */
export function sentence(text, tables = store) {
  for (const [pattern, say] of MESSAGES) {
    const found = pattern.exec(text)
    if (found) return say(found, tables)
  }
  const edit = isEdit(text) ? editInWords(text, tables) : null
  if (edit) return edit
  const plain = text
    .replace(ADDRESS, (address, at) => named(address, at, text, tables))
    .replace(/(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)/g, '$1 to $2')
  // A name of a file or a clip keeps its letters.
  return /^[a-z]+[\s:,]/.test(plain) ? capital(plain) : plain
}

/** Whether a text is an edit, with columns, a value or an option, and not only begins with one's name, as errors do. */
const isEdit = (/** @type {string} */ text) =>
  /\s(?:\d+(?::\d+)?(?=\s|$)|[a-z][a-z0-9_]*=|--)/.test(text) && !/[;:]\s/.test(text)

/** A state of the history in plain words. @param {string} name @param {Tables} [tables] */
export function stateTitle(name, tables = store) {
  const moved = moves(name, tables)
  if (moved) return moved
  for (const [pattern, say] of STATES) {
    const found = pattern.exec(name)
    const title = found && say(found, tables)
    if (title) return title
  }
  return name
}

/** Parameters with their new values, as 'edit/echo/on 1, edit/echo/amount 0.4 and 2 more'. */
function moves(/** @type {string} */ name, /** @type {Tables} */ tables) {
  const [, list, more = ''] = /^(.*?)( and \d+ more)?$/.exec(name) ?? []
  const parts = list.split(', ').map((one) => {
    const [address, value, ...rest] = one.split(' ')
    return rest.length || value === undefined ? null : valueInWords(address, value, tables)
  })
  if (parts.some((one) => one === null)) return null
  return parts.map((one, n) => (n ? uncapital(String(one)) : one)).join(', ') + more
}

/** A parameter with its value. @param {string} address @param {string} value @param {Tables} tables */
function valueInWords(address, value, tables) {
  const target = parameterAt(address, tables)
  if (!target || !(value === 'off' || Number.isFinite(Number(value)))) return null
  const { parameter, level } = target
  const place = level ? ` for ${level}` : ''
  const title = titleOf(parameter.name)
  if (parameter.kind === 'bool') {
    // A level that has no value of its own follows the one for all.
    const state = value === 'off' ? 'as for all' : Number(value) ? 'on' : 'off'
    return `${title.replace(/ on$/, '')} ${state}${place}`
  }
  const number = value === 'off' ? (level ? 'as for all' : 'off') : amount(Number(value), parameter)
  return `${title} ${number}${place}`
}

/** A number with its unit, as short as it can be. */
function amount(/** @type {number} */ value, /** @type {any} */ parameter) {
  // 'Echo columns 4' says what it counts.
  const counts = titleOf(parameter.name).toLowerCase().endsWith(parameter.unit)
  const text = formatValue(value, counts ? { ...parameter, unit: '' } : parameter).replace(/(\.\d*?)0+(?=\s|$)/, '$1').replace(/\.(?=\s|$)/, '')
  return text === `1 ${parameter.unit}` ? text.replace(/s$/, '') : text
}

/** What an address or a name is called on the page; null if it leads nowhere. @param {string} address @param {Tables} tables */
export function titleOfAddress(address, tables = store) {
  const name = plainName(address)
  const target = parameterAt(name, tables)
  if (target) return titleOf(target.parameter.name) + (target.level ? ` of ${target.level}` : '')
  return tables.requests.has(name) ? words(name) : null
}

/** The parameter of an address, and the label of its level. */
function parameterAt(/** @type {string} */ address, /** @type {Tables} */ tables) {
  const name = plainName(address)
  const parameter = tables.parameters.get(name)
  if (parameter) return { parameter, level: '' }
  const [, global, last] = /^(.*)\/([^/]+)$/.exec(name) ?? []
  const found = global === undefined ? undefined : tables.parameters.get(global)
  return found ? { parameter: found, level: labelOf(last, tables) ?? `level ${last}` } : null
}

const plainName = (/** @type {string} */ address) => address.replace(ROOT, '').replace(/\/norm$/, '')

/** A level's label, by its name in addresses or its number from 1. */
function labelOf(/** @type {string} */ level, /** @type {Tables} */ tables) {
  const levels = tables.levels()
  return levels.find((/** @type {any} */ one) => one.name === level)?.label ?? levels[Number(level) - 1]?.label
}

/** An address within a text by its title; a plain word is an address only where it begins the text. */
function named(/** @type {string} */ address, /** @type {number} */ at, /** @type {string} */ text, /** @type {Tables} */ tables) {
  const isPlain = /^[a-z0-9]+$/.test(address)
  if (isPlain && at > 0) return address
  const title = titleOfAddress(address, tables)
  if (!title) return address
  return at > 0 ? `“${title}”` : title
}

