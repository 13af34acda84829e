// @ts-check
/**
 * The binary frames of the socket, taken apart. All numbers are little-endian.
 *
 *   KINDS               {timeline: 1, meters: 2, sound: 3, audio: 4}
 *   readFrame(view)  -> what a frame of any kind says, or null for a kind of a later server:
 *   timeline  {bands, levels, count, first, segment, start, end, flags, entropy, codes}: flags Uint8Array
 *             [count] (EDITED 1, GIVEN 2, PAINTED 4), entropy Uint16Array [count] in 1/1000 bits per code
 *             (65535 unknown), codes Uint16Array [count * bands * levels]
 *   meters    {motion: 0 forward 1 hold 2 loop, transport: 0 play 1 stop 2 panic, bridging, rms, fallingPeak,
 *             position, loopBegin, loopEnd, lookahead, ring, load, entropy, underruns, tempo, beat, reaction,
 *             outputLatency, take}
 *   sound     {low, high, bins}: bins Uint8Array, 0 is -90 dB, 255 is 0 dB
 *   audio     {channels, rate, position, samples}: samples Int16Array, interleaved, a copy of its own
 */

export const KINDS = { timeline: 1, meters: 2, sound: 3, audio: 4 }

/** What is known of a column. */
export const EDITED = 1
export const GIVEN = 2
export const PAINTED = 4

/** The numbers of a meter frame, in their order. */
export const METERS = [
  'rms', 'fallingPeak', 'position', 'loopBegin', 'loopEnd', 'lookahead', 'ring', 'load', 'entropy',
  'underruns', 'tempo', 'beat', 'reaction', 'outputLatency', 'take',
]

const TIMELINE_HEAD = 24
const AUDIO_HEAD = 16

/** @param {DataView} view @returns {any} */
export function readFrame(view) {
  const kind = view.getUint8(0)
  if (kind === KINDS.timeline) return readTimeline(view)
  if (kind === KINDS.meters) return readMeters(view)
  if (kind === KINDS.sound) return readSound(view)
  return kind === KINDS.audio ? readAudio(view) : null
}

/** @param {DataView} view */
export function readTimeline(view) {
  const [bands, levels, count] = [2, 4, 6].map((at) => view.getUint16(at, true))
  const [first, segment, start, end] = [8, 12, 16, 20].map((at) => view.getUint32(at, true))
  const flags = new Uint8Array(count)
  const entropy = new Uint16Array(count)
  for (let n = 0; n < count; n += 1) {
    flags[n] = view.getUint8(TIMELINE_HEAD + 4 * n)
    entropy[n] = view.getUint16(TIMELINE_HEAD + 4 * n + 2, true)
  }
  const at = view.byteOffset + TIMELINE_HEAD + 4 * count
  const codes = new Uint16Array(view.buffer, at, count * bands * levels)
  return { bands, levels, count, first, segment, start, end, flags, entropy, codes }
}

/** @param {DataView} view @returns {Record<string, any>} */
export function readMeters(view) {
  const [motion, transport, bridging] = [1, 2, 3].map((at) => view.getUint8(at))
  /** @type {Record<string, any>} */
  const found = { motion, transport, bridging: bridging > 0 }
  METERS.forEach((name, n) => {
    const at = 4 + 4 * n
    // A later server may send more, an earlier one fewer.
    found[name] = at + 4 <= view.byteLength ? view.getFloat32(at, true) : NaN
  })
  return found
}

/** @param {DataView} view */
export function readSound(view) {
  const bins = new Uint8Array(view.buffer, view.byteOffset + 12, view.getUint16(2, true))
  return { low: view.getFloat32(4, true), high: view.getFloat32(8, true), bins }
}

/** @param {DataView} view */
export function readAudio(view) {
  const samples = new Int16Array(view.buffer.slice(view.byteOffset + AUDIO_HEAD))
  const [rate, position] = [view.getUint32(4, true), view.getFloat64(8, true)]
  return { channels: view.getUint8(1), rate, position, samples }
}
