// @ts-check
/**
 * Brings the sound from the server to the player, past the page: what the page draws never delays it.
 *
 * Message to it: {url, port}, the WebSocket's address and where the player takes its pieces from. To
 * the port: {samples: Int16Array, rate, channels, position}. It connects again until it is ended.
 */

import { readAudio } from '../core/frames.js'

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 4000
/** The server will never send sound: it has none, or not at this rate. */
const REFUSED = 1008

let wait = FIRST_WAIT_MS

onmessage = ({ data }) => open(data.url, data.port)

function open(/** @type {string} */ url, /** @type {MessagePort} */ port) {
  const socket = new WebSocket(url)
  socket.binaryType = 'arraybuffer'
  socket.onmessage = (event) => {
    wait = FIRST_WAIT_MS
    pass(readAudio(new DataView(event.data)), port)
  }
  socket.onclose = ({ code }) => {
    if (code === REFUSED) return
    setTimeout(() => open(url, port), wait)
    wait = Math.min(wait * 2, LONGEST_WAIT_MS)
  }
}

function pass(/** @type {ReturnType<typeof readAudio>} */ frame, /** @type {MessagePort} */ port) {
  const samples = frame.samples.slice()
  port.postMessage({ ...frame, samples }, [samples.buffer])
}
