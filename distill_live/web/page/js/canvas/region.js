// @ts-check
/** A part of a grid: some columns, some bands, some levels. */

import { levelName } from '../core/store.js'

/**
 * Everything counts from 0; `end` is not included.
 * @typedef {{first: number, count: number, bands: {begin: number, end: number}, levels: number[]}}
 *   Region
 * @typedef {{column: number, band: number, level: number}} Cell
 */

/**
 * The region between two corners. Within one level it has the bands between them; over several
 * levels, or with `whole`, it has all bands.
 * @param {Cell} from @param {Cell} to @param {{bands: number, levels: number}} shape
 * @returns {Region}
 */
export function regionBetween(from, to, shape, whole = false) {
  const first = Math.min(from.column, to.column)
  const levels = whole ? span(0, shape.levels - 1) : span(from.level, to.level)
  const bands = whole || levels.length > 1
    ? { begin: 0, end: shape.bands }
    : { begin: Math.min(from.band, to.band), end: Math.max(from.band, to.band) + 1 }
  return { first, count: Math.abs(to.column - from.column) + 1, bands, levels }
}

/** Whether a cell lies in a region. @param {Region} region @param {Cell} cell */
export function contains(region, { column, band, level }) {
  return column >= region.first && column < region.first + region.count
    && region.levels.includes(level) && band >= region.bands.begin && band < region.bands.end
}

/**
 * An edit of a region as the instrument reads it: its name, its parameters, and the bands and
 * levels that are not all of them. @param {Region} region @param {string} edit
 * @param {{bands: number, levels: number, labels: string[]}} shape
 */
export function editText(region, edit, shape) {
  const words = [edit.trim()]
  const { begin, end } = region.bands
  if (end - begin < shape.bands) words.push(`--band ${bandsText(region.bands)}`)
  if (region.levels.length < shape.levels) words.push(`--levels ${levelsText(region.levels, shape.labels)}`)
  return words.join(' ')
}

/** Bands as they are written, counted from 1: `3` or `1-2`. @param {{begin: number, end: number}} bands */
export const bandsText = ({ begin, end }) => (end - begin === 1 ? `${end}` : `${begin + 1}-${end}`)

/** Levels as they are written: `structure,detail`. @param {number[]} levels @param {string[]} labels */
export const levelsText = (levels, labels) => levels.map((level) => levelName(labels[level])).join(',')

/**
 * A region in words: how long, how many columns, which levels and bands.
 * @param {Region} region @param {string[]} labels the levels' names
 * @param {{bands: number, columnSeconds?: number}} shape
 */
export function regionWords(region, labels, shape) {
  const { begin, end } = region.bands
  const seconds = shape.columnSeconds ? `${(region.count * shape.columnSeconds).toFixed(2)} s, ` : ''
  const columns = `${seconds}${region.count} ${region.count === 1 ? 'column' : 'columns'}`
  const levels = region.levels.length === labels.length
    ? 'all levels' : region.levels.map((level) => labels[level]).join(', ')
  if (end - begin === shape.bands) return `${columns}, ${levels}`
  const bands = end - begin === 1 ? `band ${end}` : `bands ${begin + 1}–${end}`
  return `${columns}, ${levels}, ${bands}`
}

/** The cells on the way from one cell to another, without the first. @returns {Cell[]} */
export function cellsBetween(from, to, rowOf, cellOf) {
  const steps = Math.max(Math.abs(to.column - from.column), Math.abs(rowOf(to) - rowOf(from)), 1)
  return Array.from({ length: steps }, (_, index) => {
    const share = (index + 1) / steps
    const column = Math.round(from.column + (to.column - from.column) * share)
    return { column, ...cellOf(Math.round(rowOf(from) + (rowOf(to) - rowOf(from)) * share)) }
  })
}

function span(one, other) {
  const least = Math.min(one, other), most = Math.max(one, other)
  return Array.from({ length: most - least + 1 }, (_, index) => least + index)
}
