// @ts-check
/** Starts the page: connects, listens to the keyboard, and draws. */

import { html, render } from './core/dom.js'
import { start } from './core/store.js'
import { startKeys } from './core/keys.js'
import { App } from './frame/app.js'
import { startMessages } from './frame/messages.js'

// The token has become a cookie: it need not stay in the address bar and in the browser's history.
if (location.search.startsWith('?token=')) history.replaceState(null, '', location.pathname + location.hash)

const page = /** @type {HTMLElement} */ (document.getElementById('page'))
for (const kind of ['dragover', 'drop']) addEventListener(kind, keepPage)
startMessages()
startKeys()
start()
page.textContent = ''
render(html`<${App} />`, page)

/** A file that is dropped where nothing takes it must not take the place of the page. */
function keepPage(/** @type {Event} */ event) {
  event.preventDefault()
}
