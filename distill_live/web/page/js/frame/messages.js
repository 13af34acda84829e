// @ts-check
/**
 * What the server says to people: errors and outcomes become toasts, in plain words; everything is
 * kept in a log, as it was said, for those who send OSC.
 *   startMessages()        once, from main.js
 *   useSaid() -> [{time, text, kind}]   newest last, at most 200
 */

import { useEffect, useState } from '../core/dom.js'
import { sentence } from '../core/sentences.js'
import { store } from '../core/store.js'
import { toast } from '../controls/toast.js'
import { meters } from './meters.js'

const MOST = 200

/** @type {{time: Date, text: string, kind: string}[]} */
let said = []
/** @type {Set<() => void>} */
const watchers = new Set()

export function startMessages() {
  store.onMessage((address, values) => {
    const text = String(values.at(-1) ?? '')
    if (address === '/distill/error') take(text, 'fault')
    else if (address === '/distill/done') take(text, 'good')
    else if (address === '/distill/said') take(text, '')
  })
}

export function useSaid() {
  const [, redraw] = useState(0)
  useEffect(() => {
    const note = () => redraw((n) => n + 1)
    watchers.add(note)
    return () => watchers.delete(note)
  }, [])
  return said
}

function take(/** @type {string} */ text, /** @type {string} */ kind) {
  if (!text) return
  // What was refused is an error for whoever sent it; from others it is only noted.
  if (kind || !text.startsWith('refused ')) toast(sentence(text, tables()), { kind })
  // Outcomes are often said as well; once is enough.
  if (said.at(-1)?.text === text) return
  said = [...said, { time: new Date(), text, kind }].slice(-MOST)
  for (const fn of watchers) fn()
}

/** The store's tables, with the column that sounds. */
function tables() {
  const { parameters, requests, edits, levels } = store
  const columnSeconds = store.document('model')?.columnSeconds
  const column = meters()?.position
  const now = columnSeconds && Number.isFinite(column) ? { column, columnSeconds } : undefined
  return { parameters, requests, edits, levels, now }
}
