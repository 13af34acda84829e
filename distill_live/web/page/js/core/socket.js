// @ts-check
/**
 * The WebSocket to the server: connects, reconnects, sends, and hands on what comes in.
 *
 *   connect(handlers)             once, from main.js; handlers: {hello, values, document, message, incoming}
 *   send('/distill/gain', 0.5)    or send([['/distill/gain', 0.5], ['/distill/width', 1]]), all at one
 *                                 moment; false while there is no connection
 *   sendSoon('/distill/gain', v)  for faders: at most every 16 ms, the newest value of each address
 *   ask('/distill/get', 'gain')   -> Promise of replies [[address, [arguments]], ...]; rejects with the
 *                                 server's text when the answer is /distill/error, or without a connection
 *   onFrame(kind, fn) -> off      fn(DataView) whenever a binary frame of a kind arrives (see frames.js)
 *   watch('timeline') -> unwatch  counted; also 'meters', 'sound' and 'incoming'
 *   connection()                  'connecting' | 'open' | 'lost'; onConnection(fn) -> off
 */

const SOON_MS = 16
const ASK_MS = 8000
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 4000

/** @typedef {'connecting'|'open'|'lost'} State */

/** @type {WebSocket|null} */
let socket = null
/** @type {State} */
let state = 'connecting'
let wait = FIRST_WAIT_MS
let nextId = 1
/** @type {Record<string, Function>} */
let handlers = {}
/** @type {ReturnType<typeof setTimeout>|null} */
let flushing = null

/** @type {Map<number, {resolve: Function, reject: Function, timer: any}>} */
const asked = new Map()
/** @type {Map<string, any[]>} */
const soon = new Map()
/** @type {Map<number, Set<Function>>} */
const frameHandlers = new Map()
/** @type {Map<string, number>} */
const watched = new Map([['meters', 1]])
/** @type {Set<Function>} */
const stateHandlers = new Set()

/** Connect and stay connected. @param {Record<string, Function>} given */
export function connect(given) {
  handlers = given
  open()
  addEventListener('online', () => state === 'lost' && retry())
}

/** @returns {State} */
export const connection = () => state

/** @param {(state: State) => void} fn */
export function onConnection(fn) {
  stateHandlers.add(fn)
  return () => stateHandlers.delete(fn)
}

/** Send messages now. @param {string|any[][]} address @param {...any} values */
export function send(address, ...values) {
  flush()
  return post({ type: 'send', messages: together(address, values) })
}

/** Send the newest value of an address in a moment. @param {string} address @param {...any} values */
export function sendSoon(address, ...values) {
  soon.set(address, values)
  flushing ??= setTimeout(flush, SOON_MS)
}

/** Send a message and wait for what comes back. @param {string|any[][]} address @param {...any} values */
export function ask(address, ...values) {
  flush()
  const id = nextId++
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(id, 'The server did not answer in time.'), ASK_MS)
    asked.set(id, { resolve, reject, timer })
    const sent = post({ type: 'send', id, messages: together(address, values) })
    if (!sent) fail(id, 'Not connected: nothing was sent.')
  })
}

/** @param {number} kind @param {(view: DataView) => void} fn */
export function onFrame(kind, fn) {
  const fns = frameHandlers.get(kind) ?? new Set()
  frameHandlers.set(kind, fns.add(fn))
  return () => fns.delete(fn)
}

/** Ask for frames of one sort while someone wants them. @param {string} what */
export function watch(what) {
  watched.set(what, (watched.get(what) ?? 0) + 1)
  tellWatched()
  let over = false
  return () => {
    if (over) return
    over = true
    watched.set(what, (watched.get(what) ?? 1) - 1)
    tellWatched()
  }
}

function tellWatched() {
  const what = [...watched].filter(([, count]) => count > 0).map(([name]) => name)
  post({ type: 'watch', what })
}

function together(/** @type {string|any[][]} */ address, /** @type {any[]} */ values) {
  return typeof address === 'string' ? [[address, ...values]] : address
}

function flush() {
  if (flushing !== null) clearTimeout(flushing)
  flushing = null
  if (!soon.size) return
  const messages = [...soon].map(([address, values]) => [address, ...values])
  soon.clear()
  post({ type: 'send', messages })
}

function post(/** @type {object} */ message) {
  if (socket?.readyState !== WebSocket.OPEN) return false
  socket.send(JSON.stringify(message))
  return true
}

function open() {
  const url = new URL('/page/socket', location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  const mine = new WebSocket(url)
  socket = mine
  mine.binaryType = 'arraybuffer'
  mine.onopen = tellWatched
  mine.onmessage = (event) => mine === socket && take(event.data)
  mine.onclose = () => mine === socket && lose()
}

function lose() {
  for (const id of [...asked.keys()]) fail(id, 'The connection was lost.')
  become('lost')
  setTimeout(retry, wait)
  wait = Math.min(wait * 2, LONGEST_WAIT_MS)
}

function retry() {
  if (socket?.readyState === WebSocket.CLOSED) open()
}

function become(/** @type {State} */ next) {
  if (state === next) return
  state = next
  for (const fn of stateHandlers) fn(state)
}

function take(/** @type {any} */ data) {
  if (typeof data !== 'string') return takeFrame(new DataView(data))
  const message = JSON.parse(data)
  if (message.type === 'hello') {
    wait = FIRST_WAIT_MS
    handlers.hello(message)
    become('open')
  } else if (message.type === 'answer') {
    settle(message)
  } else if (message.type === 'error') {
    handlers.message('/distill/error', ['', message.text])
  } else if (message.type === 'values') {
    handlers.values(message.values)
  } else if (message.type === 'document') {
    handlers.document(message.name, message.value)
  } else if (message.type === 'message') {
    handlers.message(message.address, message.arguments)
  } else if (message.type === 'incoming') {
    handlers.incoming(message.entries)
  }
}

function takeFrame(/** @type {DataView} */ view) {
  for (const fn of frameHandlers.get(view.getUint8(0)) ?? []) fn(view)
}

function settle(/** @type {{id: number, replies: any[][]}} */ { id, replies }) {
  const one = asked.get(id)
  const error = replies.find(([address]) => address === '/distill/error')
  if (one && error) return fail(id, String(error[1].at(-1)))
  if (!one) {
    for (const [address, values] of replies) handlers.message(address, values)
    return
  }
  clearTimeout(one.timer)
  asked.delete(id)
  one.resolve(replies)
}

function fail(/** @type {number} */ id, /** @type {string} */ text) {
  const one = asked.get(id)
  if (!one) return
  clearTimeout(one.timer)
  asked.delete(id)
  one.reject(new Error(text))
}
