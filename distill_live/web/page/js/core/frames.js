// @ts-check
/**
 * The binary frames of the socket, taken apart. All numbers are little-endian.
 *
 *   KINDS                  {timeline: 1, meters: 2, sound: 3, audio: 4}
 *   readTimeline(view)  -> {bands, levels, count, first, segment, start, end, flags, entropy, codes}
 *                          flags Uint8Array [count] (EDITED 1, GIVEN 2, PAINTED 4), entropy Float32Array
 *                          [count] bits per code (NaN unknown), codes Uint16Array [count * bands * levels]
 *   readMeters(view)    -> {motion, transport, bridging, rms, falling_peak, position, ...} see METERS
 *   readSound(view)     -> {past, bins, min, max, spectrum}: spectrum Uint8Array [bins], 0 is -90 dB,
 *                          255 is 0 dB; past: it sounded before it was watched
 *   readAudio(view)     -> {channels, rate, position, samples}: samples Int16Array, interleaved
 */

export const KINDS = { timeline: 1, meters: 2, sound: 3, audio: 4 }

/** What is known of a column. */
export const EDITED = 1
export const GIVEN = 2
export const PAINTED = 4

const MOTIONS = ['forward', 'hold', 'loop']
const TRANSPORTS = ['play', 'stop', 'panic']

/** The numbers of a meter frame, in their order. */
export const METERS = [
  'rms', 'falling_peak', 'position', 'loop_begin', 'loop_end', 'lookahead', 'ring', 'load',
  'entropy', 'underruns', 'tempo', 'beat', 'reaction', 'output_latency', 'take',
]

const TIMELINE_HEAD = 24
const UNKNOWN = 65535

/** @param {DataView} view */
export function readTimeline(view) {
  const [bands, levels, count] = [2, 4, 6].map((at) => view.getUint16(at, true))
  const [first, segment, start, end] = [8, 12, 16, 20].map((at) => view.getUint32(at, true))
  const flags = new Uint8Array(count)
  const entropy = new Float32Array(count)
  for (let n = 0; n < count; n += 1) {
    const at = TIMELINE_HEAD + 4 * n
    flags[n] = view.getUint8(at)
    const bits = view.getUint16(at + 2, true)
    entropy[n] = bits === UNKNOWN ? NaN : bits / 1000
  }
  const at = view.byteOffset + TIMELINE_HEAD + 4 * count
  const codes = new Uint16Array(view.buffer, at, count * bands * levels)
  return { bands, levels, count, first, segment, start, end, flags, entropy, codes }
}

/** @param {DataView} view @returns {Record<string, any>} */
export function readMeters(view) {
  /** @type {Record<string, any>} */
  const found = {
    motion: MOTIONS[view.getUint8(1)],
    transport: TRANSPORTS[view.getUint8(2)],
    bridging: view.getUint8(3) > 0,
  }
  METERS.forEach((name, n) => {
    const at = 4 + 4 * n
    // A later server may send more, an earlier one fewer.
    found[name] = at + 4 <= view.byteLength ? view.getFloat32(at, true) : NaN
  })
  return found
}

/** @param {DataView} view */
export function readSound(view) {
  const bins = view.getUint16(2, true)
  const spectrum = new Uint8Array(view.buffer, view.byteOffset + 12, bins)
  const [min, max] = [4, 8].map((at) => view.getFloat32(at, true))
  return { past: view.getUint8(1) > 0, bins, min, max, spectrum }
}

/** @param {DataView} view */
export function readAudio(view) {
  return {
    channels: view.getUint8(1),
    rate: view.getUint32(4, true),
    position: view.getFloat64(8, true),
    samples: new Int16Array(view.buffer, view.byteOffset + 16),
  }
}
