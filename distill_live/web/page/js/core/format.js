// @ts-check
/**
 * Numbers and times as people read them, and back.
 *
 *   formatValue(value, parameter) '0.80', '12 codes', 'off'       formatNumber and unitOf are its parts
 *   parseValue(text, parameter) -> number | 'off' | null          null: not a number
 *   toTravel(value, parameter) 0..1 / fromTravel(travel, parameter)   by the parameter's curve
 *   formatSeconds(71.3) '1:11.3'   formatDecibels(0.5) '-6.0 dB'   formatBytes, formatShare(0.8) '80 %'
 *   titleOf('edit/echo/on') 'Echo on'   words('top_k') 'Top k'
 *   capital('now playing') 'Now playing'   uncapital('Echo on') 'echo on', but not 'MIDI'
 */

/** @typedef {{name: string, kind: string, min: number, max: number, default: number, unit?: string, curve?: string}} P */

const E3 = Math.exp(3) - 1
const NO_LIMIT = 'no limit'
/**
 * Plain titles for what has a technical term as its name; `free` is a value that sets no limit.
 * @type {Record<string, {title: string, term: string, free?: number}>}
 */
const PLAIN = {
  top_k: { title: 'Choices', term: 'Top-k', free: 0 },
  top_p: { title: 'Likely share', term: 'Top-p (nucleus sampling)', free: 0 },
  min_p: { title: 'Likelihood floor', term: 'Min-p' },
}

/** A number with as many digits as its range needs. @param {any} value @param {P} parameter */
export function formatNumber(value, parameter) {
  if (value === undefined) return '–'
  if (typeof value !== 'number' || Number.isNaN(value)) return 'off'
  if (isFree(value, parameter)) return NO_LIMIT
  if (parameter.kind !== 'float') return String(Math.round(value))
  const span = parameter.max - parameter.min
  return value.toFixed(span >= 100 ? 1 : 2)
}

/** @param {any} value @param {P} parameter */
export function formatValue(value, parameter) {
  if (parameter.kind === 'bool') return value ? 'on' : 'off'
  const unit = unitOf(value, parameter)
  return formatNumber(value, parameter) + (unit && ` ${unit}`)
}

/** The unit to write after a value; '' for values without one, such as 'off' and 'no limit'. @param {any} value @param {P} parameter */
export function unitOf(value, parameter) {
  const counts = typeof value === 'number' && !Number.isNaN(value) && !isFree(value, parameter)
  return (counts && parameter.unit) || ''
}

/** @param {number} value @param {P} parameter */
const isFree = (value, parameter) => PLAIN[parameter.name]?.free === value

/** What was typed: a number (also '80 %' and '0,5'), 'off', or null. @param {string} text @param {P} parameter */
export function parseValue(text, parameter) {
  const plain = text.trim().toLowerCase().replace(',', '.')
  if (plain === 'off' || plain === '') return 'off'
  if (plain === NO_LIMIT) return PLAIN[parameter.name]?.free ?? null
  const match = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(%?)/.exec(plain)
  if (!match) return null
  const number = Number(match[1])
  return match[2] ? parameter.min + (parameter.max - parameter.min) * (number / 100) : number
}

/** Travel 0..1 of a value. @param {any} value @param {P} parameter */
export function toTravel(value, parameter) {
  if (typeof value !== 'number') return 0
  const span = parameter.max - parameter.min
  const share = Math.min(Math.max((value - parameter.min) / (span || 1), 0), 1)
  return unshape(share, parameter.curve)
}

/** The value at a travel 0..1. @param {number} travel @param {P} parameter */
export function fromTravel(travel, parameter) {
  const share = shape(Math.min(Math.max(travel, 0), 1), parameter.curve)
  const value = parameter.min + (parameter.max - parameter.min) * share
  return parameter.kind === 'float' ? value : Math.round(value)
}

/** @param {number} seconds */
export function formatSeconds(seconds) {
  if (!Number.isFinite(seconds)) return '–'
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return `${minutes}:${(seconds - 60 * minutes).toFixed(1).padStart(4, '0')}`
}

/** @param {number} amplitude 1 is full scale */
export function formatDecibels(amplitude) {
  return amplitude > 1e-5 ? `${(20 * Math.log10(amplitude)).toFixed(1)} dB` : '−∞ dB'
}

/** @param {number} bytes */
export function formatBytes(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}

/** @param {number} share 0..1 */
export const formatShare = (share) => `${Math.round(100 * share)} %`

/** A name in words: 'model_fade' is 'Model fade'. @param {string} name */
export function words(name) {
  return capital(name.replaceAll('_', ' ').replaceAll('/', ' '))
}

/** A text that begins with a capital. @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1)

/** A title as it stands within a sentence; abbreviations stay. @param {string} text */
export const uncapital = (text) =>
  /^[A-Z][^A-Z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text

/** A parameter's title; names inside a group leave the group out. @param {string} name @param {string} [group] */
export function titleOf(name, group = '') {
  if (PLAIN[name]) return PLAIN[name].title
  const inside = group && name.startsWith(`${group}/`) ? name.slice(group.length + 1) : name
  return words(inside.replace(/^edit\//, ''))
}

/** What a parameter does, beginning with the technical term if its title is another. @param {any} parameter */
export function docOf({ name, doc }) {
  return PLAIN[name] ? `${PLAIN[name].term}: ${doc}` : doc
}

/** @param {number} seconds '0:07', '1:02:03' */
export function formatClock(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const two = (/** @type {number} */ count) => String(Math.floor(count)).padStart(2, '0')
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

function shape(/** @type {number} */ travel, /** @type {string|undefined} */ curve) {
  if (curve === 'exp') return (Math.exp(3 * travel) - 1) / E3
  if (curve === 'log') return 1 - shape(1 - travel, 'exp')
  if (curve === 's') return travel * travel * (3 - 2 * travel)
  return travel
}

function unshape(/** @type {number} */ share, /** @type {string|undefined} */ curve) {
  if (curve === 'exp') return Math.log1p(share * E3) / 3
  if (curve === 'log') return 1 - unshape(1 - share, 'exp')
  if (curve === 's') return 0.5 - Math.sin(Math.asin(1 - 2 * share) / 3)
  return share
}

/** How often there was nothing to play. @param {number} count */
export const gapsInWords = (count) => (count === 1 ? '1 gap' : `${count} gaps`)
