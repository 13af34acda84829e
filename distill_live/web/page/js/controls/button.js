// @ts-check
/**
 * Buttons, and switches that are on or off.
 *   Button({label, icon?, kind?: 'primary'|'quiet'|'danger', onPress, pressed?, disabled?, hideLabel?, title?, learn?})
 *   Toggle({name, level?, label?})   a bool parameter, globally or for one level; always the server's value
 * `learn` is what a MIDI control can be learned for, such as 'play' or ['rewind', 4].
 */

import { classes, html } from '../core/dom.js'
import { send, store, useLevels, useValue } from '../core/store.js'
import { titleOf } from '../core/format.js'
import { useControlMenu } from './control_menu.js'
import { Icon } from './icons.js'
import { useIsLearning } from './learning.js'
import { useSources } from './sources.js'

/** @param {any} props */
export function Button(props) {
  const { label, icon, kind, onPress, pressed, disabled, hideLabel, title, learn, extra } = props
  const menu = useControlMenu(learn ? { learn, label } : null)
  return html`<button type="button" class=${classes('button', kind, extra)} onClick=${onPress}
    aria-pressed=${pressed === undefined ? undefined : String(Boolean(pressed))}
    aria-label=${hideLabel ? label : undefined} title=${title ?? (hideLabel ? label : undefined)}
    disabled=${disabled} ...${menu}>
    ${icon && html`<${Icon} name=${icon} />`}${hideLabel ? null : html`<span class="cut">${label}</span>`}
  </button>`
}

/** @param {{name: string, level?: {name: string, label: string, colour: string}, label?: string, extra?: string}} props */
export function Toggle({ name, level, label, extra }) {
  const address = level ? `${name}/${level.name}` : name
  const on = useValue(address) >= 0.5
  const partly = useSomeLevels(name) && !level && !on
  const sources = useSources(address)
  const learning = useIsLearning(address)
  const title = label ?? level?.label ?? titleOf(name)
  const menu = useControlMenu({ learn: address, label: title, reset: address })
  const parameter = store.parameters.get(name)
  return html`<button type="button" role="switch" aria-checked=${String(on)}
    class=${classes('button', level && 'level', level && `level-${level.colour}`, partly && 'partly',
      learning && 'learning', extra)}
    title=${[parameter?.doc, ...sources.map((one) => `Moved by ${one}.`)].filter(Boolean).join('\n')}
    aria-label=${level ? `${titleOf(name)}, ${level.label} only` : undefined}
    data-name=${address}
    onClick=${() => send(`/distill/${address}`, on ? 0 : 1)} ...${menu}>
    ${!level && html`<i class="pip" aria-hidden="true"></i>`}<span class="cut">${title}</span>
    ${partly && html`<small>some levels</small>`}
  </button>`
}

/** Whether a switch is on for some level. */
function useSomeLevels(/** @type {string} */ name) {
  const levels = useLevels()
  // Always four, as hooks must not come and go with the number of levels.
  return [0, 1, 2, 3].map((n) => useValue(`${name}/${levels[n]?.name}`)).some((value) => value >= 0.5)
}
