// @ts-check
/**
 * Sounds that the workbench makes of codes: one is heard at a time, fetched once and kept for a while.
 *
 *   new Hearing(onChange, onError)
 *   play(sound)      sound: {id, url, version, first, columnSeconds, held, side}; see below
 *   swap(sound)      go on with another sound, such as the recording, where this one is
 *   stop(), loop(on), head(id) -> column with its fraction, or null
 *   state            {sound, loading, playing}
 */

import { getBinary } from './api.js'

/** How many sounds stay in memory. */
const KEPT = 12

/**
 * @typedef {object} Sound
 * @property {string} id the document, or what else it belongs to @property {string} url
 * @property {number} version changes whenever the same address gives another sound
 * @property {number} first its first column @property {number} columnSeconds
 * @property {boolean} held whether it is one column that is held, or one code
 * @property {string} side 'decode' or 'original'
 * @property {number[]} [columns] its first column, and the one after its last
 * @property {boolean} [loose] whether it has no place in the document
 */

export class Hearing {
  /** @param {() => void} onChange @param {(error: Error) => void} onError */
  constructor(onChange, onError) {
    this.state = { sound: /** @type {Sound|null} */ (null), loading: false, playing: false }
    this._audio = new Audio()
    this._onChange = onChange
    this._onError = onError
    this._wanted = 0
    /** @type {Map<string, string>} addresses of blobs by address and version, the newest last */
    this._kept = new Map()
    for (const kind of ['play', 'pause', 'ended']) {
      this._audio.addEventListener(kind, () => this._become({ playing: !this._audio.paused && !this._audio.ended }))
    }
  }

  /** Play a sound from its beginning, or from a second on. @param {Sound} sound */
  async play(sound, from = 0) {
    const wanted = ++this._wanted
    this._become({ sound, loading: true })
    try {
      const blob = await this._load(sound)
      if (wanted !== this._wanted) return
      this._become({ loading: false })
      this._audio.src = blob
      if (from) this._audio.currentTime = from
      await this._audio.play()
    } catch (error) {
      // Another sound that takes its place breaks off the first: that is no error.
      if (wanted !== this._wanted || /** @type {Error} */ (error).name === 'AbortError') return
      this._become({ loading: false, sound: null })
      this._onError(/** @type {Error} */ (error))
    }
  }

  /** Go on with another sound at the same place; what plays goes on until it is there. @param {Sound} sound */
  async swap(sound) {
    const wanted = ++this._wanted
    try {
      this._become({ loading: true })
      await this._load(sound)
    } catch (error) {
      if (wanted === this._wanted) this._become({ loading: false })
      this._onError(/** @type {Error} */ (error))
      return
    }
    if (wanted === this._wanted) await this.play(sound, this._audio.currentTime)
  }

  stop() {
    this._wanted++
    this._audio.pause()
    this._become({ loading: false, playing: false })
  }

  /** Whether sounds begin again at their end. @param {boolean} on */
  loop(on) {
    this._audio.loop = on
  }

  /** The column of a document that sounds, with its fraction; null if none does. @param {string} id */
  head(id) {
    const { sound, playing } = this.state
    if (!playing || sound?.id !== id || sound.loose) return null
    return sound.first + (sound.held ? 0.5 : this._audio.currentTime / sound.columnSeconds)
  }

  remove() {
    this.stop()
    this._audio.removeAttribute('src')
    for (const blob of this._kept.values()) URL.revokeObjectURL(blob)
    this._kept.clear()
  }

  async _load(/** @type {Sound} */ { url, version }) {
    const key = `${version} ${url}`
    const blob = this._kept.get(key) ?? (await this._fetch(url))
    this._kept.delete(key)
    this._kept.set(key, blob)
    for (const old of [...this._kept.keys()].slice(0, -KEPT)) {
      URL.revokeObjectURL(/** @type {string} */ (this._kept.get(old)))
      this._kept.delete(old)
    }
    return blob
  }

  async _fetch(/** @type {string} */ url) {
    return URL.createObjectURL(new Blob([await getBinary(url)], { type: 'audio/wav' }))
  }

  _become(/** @type {any} */ changed) {
    this.state = { ...this.state, ...changed }
    this._onChange()
  }
}
