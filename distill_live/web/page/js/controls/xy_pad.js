// @ts-check
/**
 * Any two parameters under one finger.
 *   XyPad({id})   `id` is what its choice of parameters is remembered under
 */

import { html, useRef, useState } from '../core/dom.js'
import { sendSoon, store, useLevels, useValue } from '../core/store.js'
import { formatValue, fromTravel, titleOf, toTravel } from '../core/format.js'
import { useRemembered } from '../core/dom.js'
import { stepped } from './fader_keys.js'

const STAY_MS = 250

/** @param {{id: string}} props */
export function XyPad({ id }) {
  const [x, setX] = useRemembered(`${id}.x`, 'temperature')
  const [y, setY] = useRemembered(`${id}.y`, 'steer/brightness')
  return html`<div class="xy">
    <${Pad} x=${x} y=${y} key=${`${x} ${y}`} />
    <div class="xy-axes">
      <label class="field">Across<${Choice} value=${x} onChange=${setX} /></label>
      <label class="field">Up<${Choice} value=${y} onChange=${setY} /></label>
    </div>
  </div>`
}

function Choice(/** @type {any} */ { value, onChange }) {
  const levels = useLevels()
  const names = [...store.parameters.values()].filter((one) => one.kind !== 'bool')
  return html`<select value=${value}
    onChange=${(/** @type {any} */ event) => onChange(event.currentTarget.value)}>
    ${names.flatMap((one) => [
      html`<option value=${one.name} selected=${one.name === value}>${titleOf(one.name)}</option>`,
      ...(one.perLevel ? levels : []).map((/** @type {any} */ level) => {
        const address = `${one.name}/${level.name}`
        const title = `${titleOf(one.name)}, ${level.label}`
        return html`<option value=${address} selected=${address === value}>${title}</option>`
      }),
    ])}
  </select>`
}

function useAxis(/** @type {string} */ address) {
  const told = useValue(address)
  const parameter = parameterOf(address)
  const [held, hold] = useState(/** @type {number|null} */ (null))
  const value = held ?? told
  const travel = parameter ? toTravel(typeof value === 'number' ? value : 0, parameter) : 0
  return { address, parameter, value, travel, hold }
}

/** The parameter of an address, also of a level's. */
function parameterOf(/** @type {string} */ address) {
  return store.parameters.get(address) ?? store.parameters.get(address.replace(/\/[^/]+$/, ''))
}

function Pad(/** @type {any} */ { x, y }) {
  const axes = [useAxis(x), useAxis(y)]
  const box = useRef(/** @type {HTMLElement|null} */ (null))
  const timer = useRef(/** @type {any} */ (null))
  const [down, setDown] = useState(false)
  if (!axes.every((one) => one.parameter)) return html`<p class="empty">Choose two parameters.</p>`
  const put = (/** @type {any} */ axis, /** @type {number} */ value) => {
    axis.hold(value)
    sendSoon(`/distill/${axis.address}`, value)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => axes.forEach((one) => one.hold(null)), STAY_MS)
  }
  const follow = (/** @type {PointerEvent} */ event) => {
    const { left, bottom, width, height } = /** @type {HTMLElement} */ (box.current).getBoundingClientRect()
    put(axes[0], fromTravel((event.clientX - left) / width, axes[0].parameter))
    put(axes[1], fromTravel((bottom - event.clientY) / height, axes[1].parameter))
  }
  const begin = (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return
    box.current?.setPointerCapture(event.pointerId)
    setDown(true)
    follow(event)
  }
  const press = (/** @type {KeyboardEvent} */ event) => {
    const axis = axes[event.key === 'ArrowUp' || event.key === 'ArrowDown' ? 1 : 0]
    if (!event.key.startsWith('Arrow')) return
    const next = stepped(event, axis.travel, axis.parameter, axis.value)
    if (next !== null) put(axis, next)
    event.preventDefault()
  }
  const text = axes.map((one) => `${titleOf(one.address)} ${formatValue(one.value, one.parameter)}`)
  return html`<div class=${`xy-pad ${down ? 'held' : ''}`} ref=${box} tabindex="0" role="application"
    aria-label=${`Pad: ${text.join(', ')}. Arrow keys move it.`}
    onPointerDown=${begin} onPointerMove=${(/** @type {PointerEvent} */ event) => down && follow(event)}
    onPointerUp=${() => setDown(false)} onPointerCancel=${() => setDown(false)} onKeyDown=${press}>
    <span class="xy-line across" style=${{ bottom: `${100 * axes[1].travel}%` }}></span>
    <span class="xy-line up" style=${{ left: `${100 * axes[0].travel}%` }}></span>
    <span class="xy-dot" style=${{ left: `${100 * axes[0].travel}%`, bottom: `${100 * axes[1].travel}%` }}></span>
    <span class="xy-text">${text[0]}<br />${text[1]}</span>
  </div>`
}
