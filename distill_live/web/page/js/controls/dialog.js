// @ts-check
/**
 * Dialogs on the browser's own <dialog>: focus stays inside, Escape closes.
 *   Dialog({title, open, onClose, wide?, children})
 *   DialogEnd({action, onCancel, danger?, disabled?})   the last row of a dialog's form: Cancel, and what it does
 *   confirmed(text, {action: 'Delete', danger?}) -> Promise<boolean>
 *   asked(title, {value?, action?, hint?}) -> Promise<string|null>   a text, or null
 *   Dialogs()   where the last two are drawn; once, in the frame
 */

import { classes, html, useLayoutEffect, useRef, useState } from '../core/dom.js'
import { Button } from './button.js'

/** @type {(question: any) => void} */
let show = () => {}

/** @param {any} props */
export function Dialog({ title, open, onClose, wide, children }) {
  const element = useRef(/** @type {HTMLDialogElement|null} */ (null))
  // Before the next key, which would go to the page behind.
  useLayoutEffect(() => {
    if (!open) return
    const dialog = /** @type {HTMLDialogElement} */ (element.current)
    const before = /** @type {HTMLElement|null} */ (document.activeElement)
    dialog.showModal()
    return () => {
      dialog.close()
      before?.focus?.({ preventScroll: true })
    }
  }, [open])
  if (!open) return null
  const outside = (/** @type {Event} */ event) => event.target === element.current && onClose()
  return html`<dialog ref=${element} class=${classes(wide && 'wide')} aria-label=${title}
    onCancel=${(/** @type {Event} */ event) => (event.preventDefault(), onClose())}
    onPointerDown=${outside}>
    <div class="dialog-head">
      <h2>${title}</h2>
      <${Button} label="Close" icon="close" kind="quiet" hideLabel onPress=${onClose} />
    </div>
    <div class="dialog-body">${children}</div>
  </dialog>`
}

/** @param {{action: string, onCancel: () => void, danger?: boolean, focus?: boolean, disabled?: boolean}} props */
export function DialogEnd({ action, onCancel, danger = false, focus = false, disabled = false }) {
  return html`<div class="dialog-end">
    <${Button} label="Cancel" onPress=${onCancel} />
    <button type="submit" class=${classes('button', danger ? 'danger' : 'primary')} autofocus=${focus} disabled=${disabled}>${action}</button>
  </div>`
}

/** @param {string} text @param {{action?: string, danger?: boolean}} [options] */
export function confirmed(text, { action = 'OK', danger = false } = {}) {
  return new Promise((resolve) => show({ title: text, action, danger, resolve, isText: false }))
}

/** @param {string} title @param {{value?: string, action?: string, hint?: string}} [options] */
export function asked(title, { value = '', action = 'OK', hint = '' } = {}) {
  return new Promise((resolve) => show({ title, value, action, hint, resolve, isText: true }))
}

export function Dialogs() {
  const [question, setQuestion] = useState(/** @type {any} */ (null))
  show = setQuestion
  if (!question) return null
  const answer = (/** @type {any} */ value) => {
    setQuestion(null)
    question.resolve(value)
  }
  return html`<${Question} key=${question} ...${question} answer=${answer} />`
}

function Question(/** @type {any} */ { title, value, action, danger, hint, isText, answer }) {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null))
  useLayoutEffect(() => field.current?.select(), [])
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault()
    answer(isText ? field.current?.value.trim() || null : true)
  }
  return html`<${Dialog} title=${title} open onClose=${() => answer(isText ? null : false)}>
    <form onSubmit=${submit}>
      ${isText && html`<label class="field">${hint || 'Name'}
        <input ref=${field} defaultValue=${value} autocomplete="off" spellcheck=${false} autofocus /></label>`}
      <${DialogEnd} action=${action} danger=${danger} focus=${!isText}
        onCancel=${() => answer(isText ? null : false)} />
    </form>
  </${Dialog}>`
}
