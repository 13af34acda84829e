// @ts-check
/**
 * The tabs: which there are, which this server has, and which one is in front (#live in the address).
 *   TABS, useTabs() -> those that this server can fill, useTab(tabs) -> [tab, module, error]
 */

import { useEffect, useState } from '../core/dom.js'
import { store, useHello } from '../core/store.js'
import { forgetApi, hasApi } from '../core/api.js'

/** What the tabs about jobs share. */
const JOBS = ['lists.css', 'jobs.css', 'sounds.css']
const LIVE = ['live.css', 'live_edits.css', 'live_lists.css', 'xy_pad.css', 'timeline.css', 'live_phone.css']

/** `api` is the path that a tab cannot do without; its styles are loaded with it. */
export const TABS = [
  { id: 'live', title: 'Live', styles: LIVE },
  { id: 'codes', title: 'Codes', api: '/api/codes', styles: ['codes.css', 'codes_side.css'] },
  { id: 'generate', title: 'Generate', api: '/api/jobs', styles: [...JOBS, 'generate.css'] },
  { id: 'train', title: 'Train', api: '/api/sets', styles: [...JOBS, 'train.css'] },
  { id: 'library', title: 'Library', api: '/api/models', styles: ['lists.css', 'library.css'] },
  { id: 'patch', title: 'Patch', api: '/api/patch', styles: ['lists.css', 'patch.css'] },
]

/** @type {Map<string, Promise<void>>} */
const styles = new Map()

/** Tabs that this server can fill: nothing dead is shown. */
export function useTabs() {
  const hello = useHello()
  const [tabs, setTabs] = useState(/** @type {typeof TABS} */ ([]))
  useEffect(() => {
    if (!hello) return
    // After a reconnect it may be another server.
    forgetApi()
    let wanted = true
    Promise.all(TABS.map(isHere)).then((found) => {
      if (wanted) setTabs(TABS.filter((_, n) => found[n]))
    })
    return () => {
      wanted = false
    }
  }, [hello])
  return tabs
}

async function isHere(/** @type {any} */ tab) {
  return tab.api ? hasApi(tab.api) : Boolean(store.hello.live)
}

/** The tab in front, and its module once it is loaded. @param {typeof TABS} tabs */
export function useTab(tabs) {
  const [hash, setHash] = useState(location.hash)
  const [loaded, setLoaded] = useState(/** @type {any} */ ({}))
  useEffect(() => {
    const note = () => setHash(location.hash)
    addEventListener('hashchange', note)
    return () => removeEventListener('hashchange', note)
  }, [])
  const tab = tabs.find((one) => `#${one.id}` === hash.split('/')[0]) ?? tabs[0]
  useEffect(() => {
    if (!tab) return undefined
    document.title = `${tab.title} – distill-live`
    // A tab that comes after another one was chosen must not take its place.
    let wanted = true
    const take = (/** @type {any} */ found) => wanted && setLoaded({ id: tab.id, ...found })
    load(tab).then(
      (module) => take({ module }),
      (error) => take({ error }),
    )
    return () => { wanted = false }
  }, [tab?.id])
  const mine = loaded.id === tab?.id ? loaded : {}
  return [tab, mine.module, mine.error]
}

async function load(/** @type {any} */ tab) {
  const [module] = await Promise.all([import(`../${tab.id}/tab.js`), ...tab.styles.map(loadStyle)])
  return module
}

/** Load a style sheet once. @param {string} name */
export function loadStyle(name) {
  const known = styles.get(name)
  if (known) return known
  const loading = new Promise((/** @type {(value: void) => void} */ resolve) => {
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = `/page/style/${name}`
    // Without its style a tab still works, so an error is no reason to wait.
    link.onload = link.onerror = () => resolve()
    document.head.append(link)
  })
  styles.set(name, loading)
  return loading
}
