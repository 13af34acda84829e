// @ts-check
/**
 * Parts of a document, as they are heard and as they are edited.
 *
 *   soundOf(sheet, part) -> Sound    part: {columns: [first, end]}, with region? {bands, levels} alone,
 *                                    or {level, code, band?} for one code
 *   wholeRegion(document), partOf(region) -> part, columnsText(first, end)
 *   editText({edit, region, document, values, partner, partnerColumns, seed}) -> the text of an edit
 *   withIds(text, edits, documents)  the text with ids in place of documents' names
 */

import { bandsText, levelsText } from '../canvas/region.js'
import { cellUrl, originalUrl, soundUrl } from './documents.js'

/** The server makes up to ten minutes of sound at once. */
const MOST_SECONDS = 590

export const columnsText = (/** @type {number} */ first, /** @type {number} */ end) => `${first}:${end}`

/** @param {any} document */
export const wholeRegion = ({ columns, bands, levels }) => ({
  first: 0, count: columns, bands: { begin: 0, end: bands },
  levels: Array.from({ length: levels }, (_, level) => level),
})

/** What is heard of a region: its cells alone. @param {any} region */
export const partOf = (region) => ({
  columns: [region.first, region.first + region.count], region,
})

/** @param {any} sheet as Desk.of gives it @param {any} part */
export function soundOf({ document, version, cursor, side }, part) {
  const { id, columnSeconds } = document
  if (part.code !== undefined) {
    const first = part.column ?? cursor?.column ?? 0
    const { level, code, band } = part
    return { id, url: cellUrl(id, { level, code, band }), version: 0, first, columnSeconds, held: true, side: 'decode' }
  }
  const first = part.columns[0]
  const end = Math.min(part.columns[1], first + Math.floor(MOST_SECONDS / columnSeconds))
  const own = { id, version, first, columnSeconds, columns: [first, end] }
  // A recording is heard as a whole: it has no bands and levels.
  if (side === 'original' && !part.region) {
    return { ...own, url: originalUrl(id, columnsText(first, end)), version: 0, held: false, side }
  }
  const columns = end - first === 1 ? String(first) : columnsText(first, end)
  const url = soundUrl(id, { columns, ...(part.region && rowsOf(part.region, document)) })
  return { ...own, url, held: end - first === 1, side: 'decode' }
}

/** The bands and levels of a region as the API reads them, from 0; '' for all. @param {any} region @param {any} shape */
export function rowsOf({ bands, levels }, shape) {
  return {
    bands: bands.end - bands.begin < shape.bands ? columnsText(bands.begin, bands.end) : '',
    levels: levels.length < shape.levels ? levels.join(',') : '',
  }
}

/** @param {any} given */
export function editText({ edit, region, document, values = {}, partner = '', partnerColumns = '', seed = '' }) {
  const columns = region ? columnsText(region.first, region.first + region.count) : ''
  const rows = region ? rowsOf(region, document) : { bands: '', levels: '' }
  return [
    edit,
    partner && quoted(partner),
    columns || (partnerColumns && ':'),
    partnerColumns,
    ...Object.entries(values).filter(([, value]) => value !== '').map(([name, value]) => `${name}=${value}`),
    rows.bands && `--band ${bandsText(region.bands)}`,
    rows.levels && `--levels ${levelsText(region.levels, document.labels)}`,
    seed && `--seed ${seed}`,
  ].filter(Boolean).join(' ')
}

/**
 * An edit's text as people write it, with the names of documents, as the server reads it.
 * @param {string} text @param {Map<string, any>} edits @param {any[]} documents
 */
export function withIds(text, edits, documents) {
  const words = /^\s*(\S+)\s+("[^"]*"|'[^']*'|\S+)(.*)$/s.exec(text)
  if (!words || !edits.get(words[1])?.partner) return text
  const name = words[2].replace(/^(["'])(.*)\1$/s, '$2')
  const found = documents.find((one) => one.id === name) ?? documents.find((one) => one.name === name)
  return found ? `${words[1]} ${found.id}${words[3]}` : text
}

/** A name as one word. */
function quoted(/** @type {string} */ name) {
  return /^[\w.:+-]+$/.test(name) ? name : `"${name.replaceAll('"', '')}"`
}
