// @ts-check
/**
 * A parameter as a bar that is dragged.
 *   Fader({name, level?, label?, vertical?, disabled?})   disabled: why it would do nothing
 * It shows the server's value; under the pointer it shows the pointer's, until 250 ms after the last
 * move. Drag (touch: from where it stands; mouse: where you press), Shift is fine, a click sets the
 * value there, double click or Delete resets, Enter or a click on the number types a value, arrows
 * and the wheel step.
 */

import { classes, html, useEffect, useRef, useState } from '../core/dom.js'
import { send, sendSoon, store, useValue } from '../core/store.js'
import { docOf, formatNumber, formatValue, fromTravel, titleOf, toTravel, unitOf } from '../core/format.js'
import { useControlMenu } from './control_menu.js'
import { Entry } from './entry.js'
import { dragging, forgetClick } from './fader_drag.js'
import { stepped } from './fader_keys.js'
import { useIsLearning } from './learning.js'
import { shortSource, useSources } from './sources.js'
import { useWaitingTravel } from './takeover.js'

const STAY_MS = 250

/** @param {{name: string, level?: any, label?: string, vertical?: boolean, disabled?: string}} props */
export function Fader({ name, level, label, vertical = false, disabled }) {
  const parameter = store.parameters.get(name)
  const address = level ? `${name}/${level.name}` : name
  const control = useFader(parameter, address)
  const [typing, setTyping] = useState(/** @type {{seed: string}|null} */ (null))
  const title = label ?? level?.label ?? titleOf(name)
  const menu = useControlMenu({
    learn: address,
    label: level ? `${titleOf(name)}, ${level.label}` : title,
    reset: address,
    items: [{ label: 'Type a value', hint: 'Enter', run: () => setTyping({ seed: '' }) }],
  })
  const own = useValue(`${address}/own`)
  const mark = useWaitingTravel(address)
  const sources = useSources(address)
  const learning = useIsLearning(address)
  if (!parameter) return null
  const { value, held } = control
  const off = typeof value !== 'number'
  const names = classes('fader', vertical && 'vertical', held && 'held', off && 'off',
    level && `level-${level.colour}`, level && !own && 'following', learning && 'learning',
    disabled && 'disabled')
  const done = (/** @type {any} */ typed) => {
    setTyping(null)
    if (typed !== undefined) control.type(typed)
  }
  const unit = !vertical && unitOf(value, parameter)
  const about = [disabled, docOf(parameter), ...sources.map((one) => `Moved by ${one}.`)]
  return html`<div class=${names} title=${about.filter(Boolean).join('\n')} ...${menu}>
    <${Track} ...${{ parameter, address, title, level, vertical, control, mark, setTyping, disabled }}>
      <span class="fader-name"><span class="cut">${title}</span>${
        noteOf(disabled, learning, sources)}</span>
    </${Track}>
    ${typing ? html`<${Entry} ...${{ parameter, value, label: title, seed: typing.seed, onDone: done }} />`
      : html`<button type="button" class="fader-value" tabindex="-1" title="Type a value" disabled=${Boolean(disabled)}
          onClick=${() => setTyping({ seed: '' })}><span class="visually-hidden">${title}: </span>${
          formatNumber(value, parameter)}${unit && html` <small>${unit}</small>`}</button>`}
  </div>`
}

/** What is said beside the name: why it does nothing, that it is being learned, or what moves it. */
function noteOf(/** @type {any} */ disabled, /** @type {boolean} */ learning, /** @type {string[]} */ sources) {
  const text = learning ? 'move a control' : disabled || sources.map(shortSource).join(', ')
  return text && html`<small class="fader-note cut">${text}</small>`
}

/** What is dragged: the whole bar, below the number. */
export function Track(/** @type {any} */ props) {
  const { parameter, address, title, level, vertical, control, mark, setTyping, disabled, children } = props
  const { value, travel } = control
  const off = typeof value !== 'number'
  const sizes = fillOf(parameter, travel, off)
  const own = (/** @type {(event: any) => void} */ act) => (disabled ? undefined : act)
  const [begin, length] = vertical ? ['bottom', 'height'] : ['left', 'width']
  return html`<div class="fader-track" data-name=${address} role="slider" tabindex="0"
    aria-label=${level ? `${titleOf(parameter.name)}, ${level.label}` : title}
    aria-orientation=${vertical ? 'vertical' : 'horizontal'}
    aria-valuemin=${parameter.min} aria-valuemax=${parameter.max}
    aria-valuenow=${off ? parameter.min : value} aria-valuetext=${formatValue(value, parameter)}
    aria-disabled=${disabled ? 'true' : undefined}
    onPointerDown=${(/** @type {any} */ event) => disabled || dragging(event, { vertical, ...control })}
    onDblClick=${own((event) => (forgetClick(event.currentTarget), control.reset()))}
    onWheel=${own((event) => roll(event, control, parameter))}
    onKeyDown=${own((event) => press(event, control, parameter, setTyping))}>
    <span class="fader-groove">
      <span class="fader-fill" style=${{ [begin]: sizes.begin, [length]: sizes.length }}></span>
      <span class="fader-edge" style=${{ [begin]: sizes.edge }}></span>
      ${mark !== null && html`<span class="fader-mark" style=${{ [begin]: `${100 * mark}%` }}
        title="The controller is here: move it past the value"></span>`}
    </span>
    ${children}
  </div>`
}

/** The state of a fader: the server's value, or the pointer's while it is dragged. */
function useFader(/** @type {any} */ parameter, /** @type {string} */ address) {
  const told = useValue(address)
  const [held, setHeld] = useState(/** @type {number|null} */ (null))
  const timer = useRef(/** @type {any} */ (null))
  useEffect(() => () => clearTimeout(timer.current), [])
  const set = (/** @type {number} */ value) => {
    setHeld(value)
    sendSoon(`/distill/${address}`, value)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setHeld(null), STAY_MS)
  }
  const value = held ?? told
  const travel = parameter ? toTravel(typeof value === 'number' ? value : parameter.default, parameter) : 0
  const letGo = () => {
    clearTimeout(timer.current)
    setHeld(null)
  }
  return {
    value,
    travel,
    held: held !== null,
    set,
    setTravel: (/** @type {number} */ next) => set(fromTravel(next, parameter)),
    type: (/** @type {any} */ typed) => (letGo(), send(`/distill/${address}`, typed)),
    reset: () => (letGo(), send('/distill/reset', address)),
  }
}

/** Where the fill begins, how long it is and where its edge stands, in percent. */
function fillOf(/** @type {any} */ parameter, /** @type {number} */ travel, /** @type {boolean} */ off) {
  // A range on both sides of 0, such as steering, fills from 0.
  const zero = parameter.min < 0 && parameter.max > 0 ? toTravel(0, parameter) : 0
  const [low, high] = off ? [0, 0] : [Math.min(zero, travel), Math.max(zero, travel)]
  const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(2)}%`
  // The corners are round: at both ends the handle stands a little inside.
  const edge = `clamp(3px, ${percent(travel)}, calc(100% - 3px))`
  return { begin: percent(low), length: percent(high - low), edge }
}

function press(
  /** @type {KeyboardEvent} */ event, /** @type {any} */ control, /** @type {any} */ parameter,
  /** @type {(typing: {seed: string}) => void} */ setTyping,
) {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const next = stepped(event, control.travel, parameter, control.value)
  if (next !== null) control.set(next)
  else if (event.key === 'Delete' || event.key === 'Backspace') control.reset()
  else if (event.key === 'Enter') setTyping({ seed: '' })
  else if (/^[-0-9.]$/.test(event.key)) setTyping({ seed: event.key })
  else return
  forgetClick(/** @type {Element} */ (event.currentTarget))
  event.preventDefault()
  event.stopPropagation()
}

function roll(/** @type {WheelEvent} */ event, /** @type {any} */ control, /** @type {any} */ parameter) {
  if (document.activeElement !== event.currentTarget) return
  forgetClick(/** @type {Element} */ (event.currentTarget))
  event.preventDefault()
  const key = event.deltaY < 0 ? 'ArrowUp' : 'ArrowDown'
  const next = stepped({ key, shiftKey: event.shiftKey }, control.travel, parameter, control.value)
  if (next !== null) control.set(next)
}
