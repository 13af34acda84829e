// @ts-check
/**
 * What the server has told us: values, documents and the tables of parameters, requests and edits.
 *
 *   store.value('temperature/norm')       newest value: a number, 'off', a text or a list; undefined if unknown
 *   store.watch('temperature', fn) -> off fn(value) at most once a frame
 *   store.document('clips')               newest value; store.watchDocument(name, fn) -> off
 *   store.parameters, requests, edits     Maps from name to P, R and E of the hello message
 *   store.hello                           the hello message, or null before it
 *   store.levels()                        [{label, name, colour}] coarse to fine: name as addresses write
 *                                         it, colour 'structure' etc., for the class level-structure;
 *                                         levelsOf({levels: [labels]}) for a model that is not in play
 *   store.onMessage(fn) -> off            fn(address, arguments): announcements and errors
 *   store.onIncoming(fn) -> off           fn(entries), only while 'incoming' is watched
 *   useValue(address), useDocument(name), useHello(), useConnection(), useLevels()   hooks that rerender
 *   send, sendSoon, ask, onFrame, watch   as socket.js says, passed on so that one import is enough
 */

import { useEffect, useState } from './dom.js'
import { connect, connection, onConnection } from './socket.js'

export { ask, connection, onConnection, onFrame, send, sendSoon, watch } from './socket.js'

const COLOURS = ['structure', 'timbre', 'texture', 'detail']
const HELLO = 'hello'

/** @type {Map<string, any>} */
const values = new Map()
/** @type {Map<string, any>} */
const documents = new Map()
/** @type {Map<string, Set<Function>>} */
const watchers = new Map()
/** @type {Set<string>} */
const dirty = new Set()
/** @type {Set<Function>} */
const messageHandlers = new Set()
/** @type {Set<Function>} */
const incomingHandlers = new Set()

const addressKey = (/** @type {string} */ address) => `v:${address}`
const documentKey = (/** @type {string} */ name) => `d:${name}`

export const store = {
  /** @type {any} */
  hello: null,
  /** @type {Map<string, any>} */
  parameters: new Map(),
  /** @type {Map<string, any>} */
  requests: new Map(),
  /** @type {Map<string, any>} */
  edits: new Map(),
  /** @param {string} address */
  value: (address) => values.get(address),
  /** @param {string} name */
  document: (name) => documents.get(name),
  /** @param {string} address @param {(value: any) => void} fn */
  watch: (address, fn) => watchKey(addressKey(address), () => fn(values.get(address))),
  /** @param {string} name @param {(value: any) => void} fn */
  watchDocument: (name, fn) => watchKey(documentKey(name), () => fn(documents.get(name))),
  /** @param {(address: string, values: any[]) => void} fn */
  onMessage: (fn) => subscribe(messageHandlers, fn),
  /** @param {(entries: any[]) => void} fn */
  onIncoming: (fn) => subscribe(incomingHandlers, fn),
  levels: () => levelsOf(documents.get('model')),
}

/** Connect to the server and keep the store up to date. */
export function start() {
  connect({
    hello: begin,
    values: note,
    document: (/** @type {string} */ name, /** @type {any} */ value) => {
      documents.set(name, value)
      touch(documentKey(name))
    },
    message: (/** @type {string} */ address, /** @type {any[]} */ given) => {
      for (const fn of messageHandlers) fn(address, given ?? [])
    },
    incoming: (/** @type {any[]} */ entries) => {
      for (const fn of incomingHandlers) fn(entries)
    },
  })
}

/** The newest value of an address. @param {string} address */
export function useValue(address) {
  return useKey(addressKey(address), () => values.get(address))
}

/** A document, or undefined as long as the server has sent none. @param {string} name */
export function useDocument(name) {
  return useKey(documentKey(name), () => documents.get(name))
}

/** The hello message, or null. */
export const useHello = () => useKey(HELLO, () => store.hello)

/** The levels of the model in play, coarse to fine. */
export function useLevels() {
  return levelsOf(useDocument('model'))
}

/** How the connection is: 'connecting', 'open' or 'lost'. */
export function useConnection() {
  const [state, setState] = useState(connection)
  useEffect(() => {
    setState(connection())
    return onConnection(setState)
  }, [])
  return state
}

/** A level's label as addresses write it. @param {string} label */
export const levelName = (label) => label.toLowerCase().split(/\s+/).join('_')

/** The levels of a model, such as {levels: [labels]}. @param {any} model */
export function levelsOf(model) {
  const labels = model?.levels ?? []
  return labels.map((/** @type {string} */ label, /** @type {number} */ index) => ({
    label,
    name: levelName(label),
    colour: colourOf(levelName(label), index, labels.length),
  }))
}

function colourOf(/** @type {string} */ name, /** @type {number} */ index, /** @type {number} */ count) {
  // A level that was renamed keeps the colour of its place, coarse to fine.
  if (COLOURS.includes(name)) return name
  if (index === 0) return COLOURS[0]
  if (index === count - 1) return COLOURS[3]
  return COLOURS[index === 1 ? 1 : 2]
}

function begin(/** @type {any} */ message) {
  store.hello = message
  store.parameters = byName(message.parameters)
  store.requests = byName(message.requests)
  store.edits = byName(message.edits)
  touch(HELLO)
}

function byName(/** @type {any[]|undefined} */ list) {
  return new Map((list ?? []).map((one) => [one.name, one]))
}

function note(/** @type {Record<string, any>} */ changed) {
  for (const [address, value] of Object.entries(changed)) {
    values.set(address, value)
    touch(addressKey(address))
  }
}

function touch(/** @type {string} */ key) {
  if (!dirty.size) requestAnimationFrame(redraw)
  dirty.add(key)
}

function redraw() {
  const keys = [...dirty]
  dirty.clear()
  for (const key of keys) for (const fn of watchers.get(key) ?? []) fn()
}

function watchKey(/** @type {string} */ key, /** @type {Function} */ fn) {
  const fns = watchers.get(key) ?? new Set()
  watchers.set(key, fns)
  return subscribe(fns, fn)
}

function subscribe(/** @type {Set<Function>} */ fns, /** @type {Function} */ fn) {
  fns.add(fn)
  return () => fns.delete(fn)
}

function useKey(/** @type {string} */ key, /** @type {() => any} */ read) {
  const [, redrawThis] = useState(0)
  useEffect(() => {
    // The value may have changed between drawing and this moment.
    redrawThis((n) => n + 1)
    return watchKey(key, () => redrawThis((n) => n + 1))
  }, [key])
  return read()
}
