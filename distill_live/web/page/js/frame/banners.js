// @ts-check
/**
 * What must not be overlooked: a lost connection, a new version, a patch with problems, no sound.
 *   Banners()
 */

import { html, useRemembered } from '../core/dom.js'
import { useConnection, useDocument, useHello } from '../core/store.js'
import { Button } from '../controls/button.js'
import { LearnBanner } from '../controls/learn_banner.js'
import { NoSound } from './listen.js'

/** The version of the socket's protocol that this page speaks. */
const VERSION = 1

export function Banners() {
  return html`<div class="banners">
    <${Lost} /><${OtherVersion} /><${PatchProblem} /><${NoSound} /><${LearnBanner} />
  </div>`
}

function Lost() {
  const state = useConnection()
  if (state !== 'lost') return null
  return html`<div class="banner fault" role="alert">
    <p class="grow"><strong>The connection to the instrument is lost.</strong> Trying again …${' '}
      <span class="soft">What you see may be out of date; the sound may go on.</span></p>
  </div>`
}

/** The server was replaced by one with which this page cannot talk. */
function OtherVersion() {
  const hello = useHello()
  if (!hello || hello.version === VERSION) return null
  return html`<div class="banner warn" role="alert">
    <p class="grow"><strong>The instrument was updated.</strong> Load the page again to go on.</p>
    <${Button} label="Load again" kind="primary" onPress=${() => location.reload()} />
  </div>`
}

function PatchProblem() {
  const patch = useDocument('patch')
  const [hidden, hide] = useRemembered('hiddenProblem', '')
  const problem = problemOf(patch?.broken)
  if (!problem || hidden === problem) return null
  return html`<div class="banner warn" role="alert">
    <p class="grow"><strong>The patch ${patch.name} has a problem,</strong> so the last good version
      is in use. <span class="soft">${problem}</span></p>
    <${Button} label="Hide" kind="quiet" onPress=${() => hide(problem)} />
  </div>`
}

/** What is wrong, as text; the server may send one line or several. */
function problemOf(/** @type {any} */ broken) {
  if (!broken) return ''
  return Array.isArray(broken) ? broken.map(String).join('; ') : String(broken)
}
