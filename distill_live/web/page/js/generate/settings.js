// @ts-check
/**
 * The settings of a generation: their defaults, the job that they make, and back from a sidecar.
 *
 * `sampling[name]` is {all, own: {index of a level: value}}; steering is null where it is off,
 * lufs where the sound stays as loud as the model makes it, and fade where it is the program's own.
 */

import { store } from '../core/store.js'

/** Parameters that each level can have a value of its own for. */
export const SAMPLING = ['temperature', 'top_k', 'top_p', 'min_p', 'repetition']
/** What steers, and the section; `guidance` and `hold` say how strongly each acts. */
export const STEERED = ['loudness', 'brightness', 'noisiness', 'density']
export const SECTION = 'section'
const WAYS = [...STEERED, SECTION]
/** Parameters of decoding, with their names in a sidecar. */
export const SOUND = { clarity: 'clarity', grain: 'grain', grain_reach: 'reach' }
export const FORMATS = ['wav', 'flac', 'ogg', 'mp3']
export const BIT_DEPTHS = [16, 24, 32]
/** The most sounds and seconds that the page asks for at once. */
export const MOST_SOUNDS = 100
export const MOST_SECONDS = 3600

const FALLBACK = { kind: 'float', min: 0, max: 1, default: 0, unit: '', doc: '' }

/** A parameter of the table; one that nothing is known of is 0..1. @param {string} name */
export const parameterOf = (name) => store.parameters.get(name) ?? { ...FALLBACK, name }

/** @param {string} name */
const defaultOf = (name) => {
  const value = parameterOf(name).default
  return typeof value === 'number' ? value : 0
}

export function defaults() {
  return {
    model: '',
    duration: 10,
    count: 1,
    seed: /** @type {number|null} */ (null),
    format: 'wav',
    bitDepth: 24,
    lufs: /** @type {number|null} */ (null),
    fade: /** @type {number|null} */ (null),
    sampling: Object.fromEntries(SAMPLING.map((name) => [name, { all: defaultOf(name), own: {} }])),
    steering: Object.fromEntries(WAYS.map((name) => [name, /** @type {number|null} */ (null)])),
    guidance: defaultOf('steer/guidance'),
    hold: defaultOf('steer/section_hold'),
    sound: Object.fromEntries(Object.keys(SOUND).map((name) => [name, defaultOf(name)])),
  }
}

/** @typedef {ReturnType<typeof defaults>} Settings */

/**
 * One number, or a list with one per level if any level has its own.
 * @param {any} setting @param {number} levels
 */
export function perLevel(setting, levels) {
  const values = Array.from({ length: levels }, (_, n) => setting.own[n] ?? setting.all)
  return values.some((value) => value !== setting.all) ? values : setting.all
}

/** The body of the job. @param {Settings} settings @param {number} levels */
export function jobOf(settings, levels) {
  const sampling = SAMPLING.map((name) => [name, perLevel(settings.sampling[name], levels)])
  const steering = Object.entries(settings.steering).filter(([, value]) => value !== null)
  const amounts = [
    ...(isSteered(settings) ? [['steer_guidance', settings.guidance]] : []),
    ...(settings.steering[SECTION] === null ? [] : [['steer_section_hold', settings.hold]]),
  ]
  return {
    kind: 'generate',
    model: settings.model,
    duration: settings.duration,
    count: settings.count,
    ...(settings.seed === null ? {} : { seed: settings.seed }),
    format: settings.format,
    ...(hasDepth(settings.format) ? { bit_depth: settings.bitDepth } : {}),
    ...(settings.lufs === null ? {} : { lufs: settings.lufs }),
    ...(settings.fade === null ? {} : { fade: settings.fade }),
    ...settings.sound,
    ...Object.fromEntries([...sampling, ...amounts]),
    ...Object.fromEntries(steering.map(([name, value]) => [`steer_${name}`, value])),
  }
}

/** Whether any descriptor is steered. @param {Settings} settings */
export const isSteered = (settings) => STEERED.some((name) => settings.steering[name] !== null)

/** Whether files of a format have a number of bits. @param {string} format */
export const hasDepth = (format) => format === 'wav' || format === 'flac'

/** The settings of a file that was generated, as its sidecar tells. @param {any} file */
export function reused(file) {
  const { seed, settings = {}, model } = file.sidecar
  const made = defaults()
  const steering = settings.steering ?? {}
  return {
    ...made,
    model: model?.name ?? '',
    seed: seed ?? null,
    duration: settings.duration_s ?? made.duration,
    bitDepth: settings.bit_depth ?? made.bitDepth,
    format: FORMATS.find((one) => file.path.endsWith(`.${one}`)) ?? made.format,
    sampling: Object.fromEntries(SAMPLING.map((name) => [name, asSetting(settings[name], name)])),
    steering: Object.fromEntries(WAYS.map((name) => [name, steering[name] ?? null])),
    guidance: steering.guidance ?? made.guidance,
    hold: steering.section_hold ?? made.hold,
    lufs: settings.lufs ?? null,
    fade: settings.fade_ms ?? null,
    sound: Object.fromEntries(
      Object.entries(SOUND).map(([name, noted]) => [name, settings[noted] ?? made.sound[name]])),
  }
}

function asSetting(/** @type {any} */ value, /** @type {string} */ name) {
  if (!Array.isArray(value)) return { all: value ?? defaultOf(name), own: {} }
  const own = Object.fromEntries(value.map((one, n) => [n, one]).filter(([n]) => n > 0))
  const rest = Object.entries(own).filter(([, one]) => one !== value[0])
  return { all: value[0], own: Object.fromEntries(rest) }
}
