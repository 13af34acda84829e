// @ts-check
/**
 * Sound files: one plays at a time, wherever on the page it was started.
 *
 *   player.toggle(url), player.play(url), player.pause(), player.seek(url, seconds)
 *   player.swap(url)       go on with another sound at the position where this one is
 *   usePlayer(url) -> {current, playing, position, seconds}   rerenders about 20 times a second while it plays
 *   player.current() -> the sound that was started last, or ''
 *
 * The two sounds that were used last stay loaded, so that a comparison switches without a gap.
 */

import { useEffect, useState } from './dom.js'

const KEPT = 2
const EVERY_MS = 50

/** @type {Map<string, HTMLAudioElement>} the one used last comes last */
const loaded = new Map()
/** @type {Set<() => void>} */
const listeners = new Set()
let current = ''
let timer = 0

export const player = {
  current: () => current,
  /** @param {string} url */
  playing: (url) => Boolean(loaded.get(url) && !loaded.get(url)?.paused),
  /** @param {string} url */
  toggle: (url) => (player.playing(url) ? player.pause() : player.play(url)),
  pause,
  play,
  seek,
  swap,
  /** Load a sound ahead of time. @param {string} url */
  prepare: (url) => void elementOf(url),
}

/** Play a sound from where it was stopped; others stop. Rejections go to the console of nobody: the
 * browser refuses only before the first click on the page. @param {string} url */
function play(url) {
  const audio = elementOf(url)
  for (const [other, one] of loaded) if (other !== url) one.pause()
  current = url
  audio.play().catch(tell)
  timer ||= window.setInterval(tell, EVERY_MS)
  tell()
}

function pause() {
  loaded.get(current)?.pause()
  tell()
}

/** @param {string} url @param {number} seconds */
function seek(url, seconds) {
  const audio = elementOf(url)
  audio.currentTime = Math.max(0, Math.min(seconds, audio.duration || seconds))
  tell()
}

/** Go on with another sound, at the same position. @param {string} url */
function swap(url) {
  const before = loaded.get(current)
  const sounds = before && !before.paused
  const next = elementOf(url)
  next.currentTime = before ? before.currentTime : 0
  if (sounds) play(url)
  else current = url
  tell()
}

/** How a sound stands. @param {string} url */
export function usePlayer(url) {
  const [state, setState] = useState(() => stateOf(url))
  useEffect(() => {
    // The same object again draws nothing: of many sounds only the one that plays is drawn anew.
    const note = () => setState((/** @type {any} */ old) => newer(old, stateOf(url)))
    note()
    listeners.add(note)
    return () => listeners.delete(note)
  }, [url])
  return state
}

function stateOf(/** @type {string} */ url) {
  const audio = loaded.get(url)
  return {
    current: current === url,
    playing: Boolean(audio && !audio.paused),
    position: audio?.currentTime ?? 0,
    seconds: audio && Number.isFinite(audio.duration) ? audio.duration : 0,
  }
}

function newer(/** @type {any} */ old, /** @type {any} */ now) {
  return Object.keys(now).every((key) => old[key] === now[key]) ? old : now
}

function elementOf(/** @type {string} */ url) {
  const audio = loaded.get(url) ?? newElement(url)
  loaded.delete(url)
  loaded.set(url, audio)
  for (const old of [...loaded.keys()].slice(0, -KEPT)) {
    loaded.get(old)?.pause()
    loaded.delete(old)
  }
  return audio
}

function newElement(/** @type {string} */ url) {
  const audio = new Audio(url)
  audio.preload = 'auto'
  for (const kind of ['ended', 'loadedmetadata', 'error', 'seeked']) audio.addEventListener(kind, tell)
  return audio
}

function tell() {
  if (timer && !player.playing(current)) {
    window.clearInterval(timer)
    timer = 0
  }
  for (const note of listeners) note()
}
