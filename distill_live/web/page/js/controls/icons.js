// @ts-check
/**
 * The page's icons, drawn on a grid of 20 by 20 with one stroke width.
 *   Icon({ name: 'play' })   hidden from screen readers: the button beside it has the name
 */

import { html } from '../core/dom.js'

/** @type {Record<string, string>} */
const LINES = {
  hold: 'M4 10h12M7 6l-4 4 4 4M13 6l4 4-4 4',
  release: 'M3 10h11M10 5l5 5-5 5M18 4v12',
  loop: 'M5 12a5 5 0 0 0 9 2M15 8a5 5 0 0 0-9-2M14 17v-3h3M6 3v3H3',
  rewind: 'M10 5 4 10l6 5zM17 5l-6 5 6 5z',
  panic: 'M10 3 2 17h16zM10 8v4M10 14.5v.1',
  undo: 'M7 4 3 8l4 4M3 8h9a4 4 0 0 1 0 8H8',
  redo: 'm13 4 4 4-4 4M17 8H8a4 4 0 0 0 0 8h4',
  close: 'm5 5 10 10M15 5 5 15',
  down: 'm5 8 5 5 5-5',
  up: 'm5 12 5-5 5 5',
  left: 'm12 5-5 5 5 5',
  right: 'm8 5 5 5-5 5',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  trash: 'M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11',
  download: 'M10 3v10M6 9l4 4 4-4M4 17h12',
  more: 'M4 10h.1M10 10h.1M16 10h.1',
  help: 'M7.5 7.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M10 14.5v.1M10 18a8 8 0 1 1 0-16 8 8 0 0 1 0 16z',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.5 13.5 18 18',
  live: 'M2 10h3l2-6 3 13 3-10 2 3h3',
  codes: 'M3 3h5v5H3zM12 3h5v5h-5zM3 12h5v5H3zM12 12h5v5h-5z',
  generate: 'M10 2v5M10 13v5M2 10h5M13 10h5M5 5l2 2M13 13l2 2M15 5l-2 2M7 13l-2 2',
  train: 'M3 17V3M3 17h14M5 6c2 6 5 8 12 8',
  library: 'M4 3v14M8 3v14M11 4l4 13',
  patch: 'M5 5h.1M5 15h.1M15 10h.1M5 5c6 0 4 5 10 5M5 15c6 0 4-5 10-5',
  mute: 'M3 8h3l4-4v12l-4-4H3zM13.500 7.500l4 5M17.500 7.500l-4 5',
  sound: 'M3 8h3l4-4v12l-4-4H3zM13 7c2 2 2 4 0 6M15.500 4.500c3.500 3.500 3.500 7.500 0 11',
  star: 'm10 2.500 2.300 4.900 5.200.700-3.800 3.700 1 5.300L10 14.500l-4.700 2.600 1-5.300-3.800-3.700 5.200-.700z',
  previous: 'M5 4v12M15 4l-7 6 7 6z',
  next: 'M15 4v12M5 4l7 6-7 6z',
}

/** @type {Record<string, string>} */
const SHAPES = {
  play: 'M5 3v14l12-7z',
  pause: 'M4 3h4v14H4zM12 3h4v14h-4z',
  starred: 'm10 2.500 2.300 4.900 5.200.700-3.800 3.700 1 5.300L10 14.500l-4.700 2.600 1-5.300-3.800-3.700 5.200-.700z',
  stop: 'M4 4h12v12H4z',
  record: 'M10 4a6 6 0 1 1 0 12 6 6 0 0 1 0-12z',
}

/** @param {{name: string}} props */
export function Icon({ name }) {
  const shape = SHAPES[name]
  return html`<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" focusable="false"
    fill=${shape ? 'currentColor' : 'none'} stroke=${shape ? 'none' : 'currentColor'}
    stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">
    <path d=${shape ?? LINES[name] ?? LINES.more} />
  </svg>`
}
