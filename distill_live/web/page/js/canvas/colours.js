// @ts-check
/** The colours of the levels, the same in every tab, and how a code is told from others by sight. */

/** As style/tokens.css has them; canvases need them as numbers. */
const STRUCTURE = [0x5a, 0xa9, 0xff], TIMBRE = [0xff, 0x9e, 0x57]
const TEXTURE = [0x57, 0xd9, 0xb2], DETAIL = [0xd5, 0x8c, 0xff]
const GROUND = [0x0e, 0x0f, 0x12], WHITE = [0xff, 0xff, 0xff]
/** Consecutive multiples of it, without their whole part, are spread evenly. */
const GOLDEN = 0.618034

export const INK = {
  ground: '#0e0f12', panel: '#16181d', raised: '#1e2127', line: '#30343c',
  text: '#eceae4', soft: '#a9a79f', accent: '#d6f25c', fault: '#ff6b61', warn: '#ffc24d',
}

/**
 * The colour [r, g, b] of a level, counted from 0, coarse to fine.
 * @param {number} level @param {number} levels
 * @returns {number[]}
 */
export function levelColour(level, levels) {
  if (level === 0) return STRUCTURE
  if (level === levels - 1) return DETAIL
  return level === 1 ? TIMBRE : TEXTURE
}

/** A colour [r, g, b] as CSS writes it. @param {number[]} rgb */
export function css(rgb) {
  return `rgb(${rgb.map(Math.round).join(' ')})`
}

/**
 * A blend of two colours: `share` 0 is the first, 1 the second.
 * @param {number[]} from @param {number[]} to @param {number} share
 */
export function mix(from, to, share) {
  return from.map((one, index) => one + (to[index] - one) * share)
}

/**
 * How a code looks: the colour of its cell, that of the figure in it, and the figure 0..3 (none, a
 * bar at the left, one at the bottom, a dot). Codes that are next to each other look different,
 * and a code always looks the same.
 * @param {number} code @param {number} level @param {number} levels
 */
export function codeLook(code, level, levels) {
  const figure = code % 4
  const turn = Math.floor(code / 4) * GOLDEN + figure * 0.15
  const shade = turn - Math.floor(turn)
  const colour = tilt(levelColour(level, levels), (code * 0.37) % 1 - 0.5)
  const fill = shade < 0.65
    ? mix(GROUND, colour, 0.24 + 0.76 * shade / 0.65)
    : mix(colour, WHITE, (shade - 0.65) / 0.35 * 0.6)
  const mark = mix(fill, shade > 0.35 ? GROUND : WHITE, shade > 0.35 ? 0.42 : 0.2)
  return { fill, mark, figure }
}

/** The colour, a little warmer or colder: `amount` is -0.5..0.5. */
function tilt(colour, amount) {
  const [red, green, blue] = colour
  return [red + 40 * amount, green - 14 * Math.abs(amount), blue - 40 * amount]
    .map((one) => Math.min(Math.max(one, 0), 255))
}

/** A colour as one little-endian pixel of an image. @param {number[]} rgb */
export function pixel([red, green, blue]) {
  return (0xff000000 | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0
}
