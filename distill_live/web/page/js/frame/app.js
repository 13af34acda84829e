// @ts-check
/**
 * The frame around every tab.
 *   App()
 */

import { classes, html, useErrorBoundary } from '../core/dom.js'
import { useConnection, useHello } from '../core/store.js'
import { useKeys } from '../core/keys.js'
import { Button } from '../controls/button.js'
import { Dialogs } from '../controls/dialog.js'
import { Icon } from '../controls/icons.js'
import { Menus } from '../controls/menu.js'
import { Toasts } from '../controls/toast_list.js'
import { Banners } from './banners.js'
import { Help } from './help.js'
import { useTab, useTabs } from './tabs.js'
import { TopBar } from './top_bar.js'

export function App() {
  const hello = useHello()
  const state = useConnection()
  const tabs = useTabs()
  const [tab, module, error] = useTab(tabs)
  useKeys('Page', tabs.map((one, n) => ({
    keys: String(n + 1), text: one.title, run: () => { location.hash = one.id },
  })))
  if (!hello) return html`<p class="starting" role="status">${state === 'lost'
    ? 'The instrument cannot be reached. Trying again …' : 'Connecting to the instrument …'}</p>`
  return html`<div class=${classes('frame', tabs.length < 2 && 'single', state === 'lost' && 'lost')}>
    <header class="top-area"><${TopBar} live=${hello.live} /><${Banners} /></header>
    ${tabs.length > 1 && html`<${Nav} tabs=${tabs} now=${tab?.id} />`}
    <main class="main" id="main" tabindex="-1">
      <div class="tab" key=${tab?.id} aria-busy=${String(!module && !error)}>
        ${error && html`<p class="fault">This tab could not be loaded: ${error.message}</p>`}
        ${module && html`<${Guarded} key=${tab.id} Tab=${module.Tab} />`}
      </div>
    </main>
    <${Menus} /><${Dialogs} /><${Help} /><${Toasts} />
  </div>`
}

/** A tab that fails takes nothing else with it: transport and panic stay. */
function Guarded(/** @type {any} */ { Tab }) {
  const [error, tryAgain] = useErrorBoundary()
  if (!error) return html`<${Tab} />`
  return html`<div class="panel" role="alert">
    <p class="fault">This tab cannot be shown: ${error.message}</p>
    <div class="dialog-end"><${Button} label="Try again" onPress=${tryAgain} /></div>
  </div>`
}

function Nav(/** @type {any} */ { tabs, now }) {
  return html`<nav class="nav" aria-label="Tabs">
    ${tabs.map((/** @type {any} */ one) => html`<a href=${`#${one.id}`}
      aria-current=${one.id === now ? 'page' : undefined}>
      <${Icon} name=${one.id} /><span>${one.title}</span></a>`)}
  </nav>`
}
