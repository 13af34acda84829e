// @ts-check
/**
 * Plays what the server sends, in the browser's thread for sound.
 *
 * Messages to it: {feed: MessagePort}, through which sound_worker.js sends {samples, channels,
 * position}; {latency: seconds}. From it, four times a second: {fill, bend, gaps, playing, position},
 * as jitter_buffer.js has them.
 */

import { JitterBuffer } from './jitter_buffer.js'

/** How often it reports, in seconds. */
const REPORT = 0.25

class PlayerProcessor extends AudioWorkletProcessor {
  constructor(/** @type {any} */ options) {
    super()
    this._buffer = new JitterBuffer(sampleRate, options.processorOptions.latency)
    this._reported = 0
    this.port.onmessage = ({ data }) => this._take(data)
  }

  _take(/** @type {any} */ { feed, latency }) {
    if (latency) this._buffer.setLatency(latency)
    if (feed) {
      feed.onmessage = (/** @type {any} */ { data: { samples, channels, position } }) =>
        this._buffer.push(samples, channels, position)
    }
  }

  process(/** @type {any} */ _inputs, /** @type {Float32Array[][]} */ [[left, right]]) {
    this._buffer.pull([left, right ?? left])
    if (currentTime - this._reported >= REPORT) this._report()
    return true
  }

  _report() {
    const { fill, bend, gaps, playing, position } = this._buffer
    this._reported = currentTime
    this.port.postMessage({ fill, bend, gaps, playing, position })
  }
}

registerProcessor('player', PlayerProcessor)
