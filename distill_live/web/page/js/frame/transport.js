// @ts-check
/**
 * Play, stop, hold, loop, rewind and panic, with their keys.
 *   Transport()
 */

import { html, useRemembered } from '../core/dom.js'
import { send } from '../core/store.js'
import { useKeys } from '../core/keys.js'
import { Button } from '../controls/button.js'
import { openMenu } from '../controls/menu.js'
import { useMeter } from './meters.js'

const LENGTHS = {
  beats: [0.5, 1, 2, 4, 8, 16],
  seconds: [0.25, 0.5, 1, 2, 4, 8],
}

export function Transport() {
  const plays = useMeter((frame) => frame.transport === 'play') ?? false
  const motion = useMeter((frame) => frame.motion)
  const [loop, setLoop] = useRemembered('loop', { unit: 'beats', length: 4 })
  const [rewind, setRewind] = useRemembered('rewind', { unit: 'seconds', length: 4, same: false })

  const toggle = () => send(plays ? '/distill/stop' : '/distill/play')
  const hold = () => send(motion === 'hold' ? '/distill/release' : '/distill/hold')
  const startLoop = (/** @type {any} */ given = loop) => send(...loopMessage(given))
  const flipLoop = () => (motion === 'loop' ? send('/distill/release') : startLoop())
  const back = (/** @type {any} */ given = rewind) => send(...rewindMessage(given))
  const panic = () => send('/distill/panic')
  useKeys('Transport', [
    { keys: 'Space', text: 'Play or stop', run: toggle },
    { keys: 'h', text: 'Hold, or release', run: hold },
    { keys: 'l', text: 'Loop, or end the loop', run: flipLoop },
    { keys: 'b', text: 'Go back', run: () => back() },
    { keys: 'Shift+Escape', text: 'Panic: silence at once', always: true, run: panic },
  ])

  const pickLoop = (/** @type {any} */ choice) => (setLoop(choice), startLoop(choice))
  const pickRewind = (/** @type {any} */ choice) => (setRewind(choice), back(choice))
  return html`<div class="transport" role="group" aria-label="Transport">
    <${Button} label=${plays ? 'Stop' : 'Play'} icon=${plays ? 'stop' : 'play'} kind=${plays ? '' : 'primary'}
      onPress=${toggle} learn=${plays ? 'stop' : 'play'} extra="transport-play" />
    <${Button} label="Hold" icon="hold" pressed=${motion === 'hold'} onPress=${hold} learn="hold" />
    <span class="joined">
      <${Button} label=${motion === 'loop' ? 'End loop' : `Loop ${shortLength(loop)}`} icon="loop" pressed=${motion === 'loop'}
        onPress=${flipLoop} learn=${loopMessage(loop).map(plain)} />
      <${Button} label="Length of the loop" icon="down" hideLabel extra="narrow"
        onPress=${(/** @type {any} */ event) => openMenu(event, lengths(loop, pickLoop), 'Loop the last')} />
    </span>
    <span class="joined">
      <${Button} label=${`Back ${shortLength(rewind)}`} icon="rewind" onPress=${() => back()}
        learn=${rewindMessage(rewind).map(plain)} />
      <${Button} label="How far to go back" icon="down" hideLabel extra="narrow"
        onPress=${(/** @type {any} */ event) => openMenu(event, [
          ...lengths(rewind, pickRewind),
          { label: 'Play the same again', checked: rewind.same,
            run: () => setRewind({ ...rewind, same: !rewind.same }) },
        ], 'Go back')} />
    </span>
    <${Button} label="Panic" icon="panic" kind="danger" onPress=${panic} learn="panic"
      title="Silence at once; edits, steering and modulation off" />
  </div>`
}

function lengths(/** @type {any} */ now, /** @type {(choice: any) => void} */ pick) {
  return Object.entries(LENGTHS).flatMap(([unit, list]) =>
    list.map((length) => ({
      label: longLength({ unit, length }),
      checked: now.unit === unit && now.length === length,
      run: () => pick({ ...now, unit, length }),
    })),
  )
}

/** @returns {[string, ...any[]]} */
function loopMessage(/** @type {any} */ { unit, length }) {
  return [unit === 'beats' ? '/distill/loop/beats' : '/distill/loop', length]
}

/** @returns {[string, ...any[]]} */
function rewindMessage(/** @type {any} */ { unit, length, same }) {
  const address = unit === 'beats' ? '/distill/rewind/beats' : '/distill/rewind'
  return same ? [address, length, 'same'] : [address, length]
}

/** An address as learn takes it, without its beginning. */
function plain(/** @type {any} */ part) {
  return typeof part === 'string' ? part.replace('/distill/', '') : part
}

function shortLength(/** @type {any} */ { unit, length }) {
  return unit === 'beats' ? longLength({ unit, length }) : `${length} s`
}

function longLength(/** @type {any} */ { unit, length }) {
  if (unit === 'seconds') return `${length} s`
  return length <= 1 ? `${length === 0.5 ? '½' : length} beat` : `${length} beats`
}
