// @ts-check
/**
 * The one door to the vendored template library, and small things that touch the document.
 *
 * Everything that draws imports from here:
 *   html, render, h, Component, createContext, useState, useReducer, useEffect, useLayoutEffect,
 *   useRef, useMemo, useCallback, useContext (preact and htm, see vendor/htm-3.1.1)
 *   classes('fader', isOn && 'on')  -> 'fader on'
 *   local(key, fallback) / remember(key, value)  JSON in localStorage; never throws
 *   useRemembered(key, fallback) -> [value, set]  state that survives a reload
 *   useKept(key, fallback) -> [value, set]        the same until the browser's tab is closed, for forms
 *   useMedia('(min-width: 1024px)') -> boolean
 */

import { useEffect, useState } from '../../vendor/htm-3.1.1/standalone.module.js'

export * from '../../vendor/htm-3.1.1/standalone.module.js'

const PREFIX = 'distill.'

/** Class names joined, without the empty ones. @param {...(string|false|null|undefined)} names */
export const classes = (...names) => names.filter(Boolean).join(' ')

/** What was remembered under a key, or the fallback. @param {string} key @param {any} fallback */
export const local = (key, fallback) => read(() => localStorage, key, fallback)

/** Remember a value for the next visit, if the browser lets us. @param {string} key @param {any} value */
export const remember = (key, value) => write(() => localStorage, key, value)

/** State that survives a reload. @param {string} key @param {any} fallback */
export const useRemembered = (key, fallback) => useStored(() => localStorage, key, fallback)

/** State that survives a reload, and the way to another tab of the page. @param {string} key @param {any} fallback */
export const useKept = (key, fallback) => useStored(() => sessionStorage, key, fallback)

function useStored(/** @type {() => Storage} */ storage, /** @type {string} */ key, /** @type {any} */ fallback) {
  const [value, setValue] = useState(() => read(storage, key, fallback))
  const set = (/** @type {any} */ next) =>
    setValue((/** @type {any} */ old) => {
      const chosen = typeof next === 'function' ? next(old) : next
      write(storage, key, chosen)
      return chosen
    })
  return /** @type {[any, (next: any) => void]} */ ([value, set])
}

function read(/** @type {() => Storage} */ storage, /** @type {string} */ key, /** @type {any} */ fallback) {
  try {
    const text = storage().getItem(PREFIX + key)
    return text === null ? fallback : JSON.parse(text)
  } catch {
    return fallback
  }
}

function write(/** @type {() => Storage} */ storage, /** @type {string} */ key, /** @type {any} */ value) {
  try {
    storage().setItem(PREFIX + key, JSON.stringify(value))
  } catch {
    // Private windows have no storage; the page works without.
  }
}

/** Whether a media query holds, now and when it changes. @param {string} query */
export function useMedia(query) {
  const [holds, setHolds] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const list = matchMedia(query)
    const note = () => setHolds(list.matches)
    list.addEventListener('change', note)
    return () => list.removeEventListener('change', note)
  }, [query])
  return holds
}
