// @ts-check
/** Starts the page: connects, listens to the keyboard, and draws. */

import { html, render } from './core/dom.js'
import { start } from './core/store.js'
import { startKeys } from './core/keys.js'
import { App } from './frame/app.js'
import { startMessages } from './frame/messages.js'

const page = /** @type {HTMLElement} */ (document.getElementById('page'))
startMessages()
startKeys()
start()
page.textContent = ''
render(html`<${App} />`, page)
