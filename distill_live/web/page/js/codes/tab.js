// @ts-check
/** The Codes tab: sounds as grids of codes, to be heard, edited and compared. */

import { classes, html, useEffect, useMemo, useState } from '../core/dom.js'
import { useHello } from '../core/store.js'
import { useKeys } from '../core/keys.js'
import { Button } from '../controls/button.js'
import { openMenu } from '../controls/menu.js'
import { Desk } from './desk.js'
import { EditForm } from './edit_form.js'
import { togglePlay } from './grid_keys.js'
import { OpenDialog, openDialog, useDrop } from './opening.js'
import { Pane } from './pane.js'
import { closeDocument, compare } from './pane_head.js'
import { LevelNames, renameDocument } from './rename.js'
import { SaveDialog } from './saving.js'
import { HearCode, States } from './states.js'

export const id = 'codes'
export const title = 'Codes'

export function Tab() {
  useHello()
  const desk = useDesk()
  const [isOver, drops] = useDrop(desk)
  const [touchSelects, setTouchSelects] = useState(false)
  useDeskKeys(desk)
  return html`<div class=${classes('codes', isOver && 'drop-here')} ...${drops}>
    <h1 class="visually-hidden">Codes</h1>
    <${Documents} desk=${desk} />
    ${desk.active && desk.of(desk.active) ? html`<div class="codes-columns">
        <div class="stack documents">${desk.shown.map((one) => html`<${Pane} key=${one} desk=${desk} id=${one}
          touchSelects=${touchSelects} setTouchSelects=${setTouchSelects} />`)}</div>
        <div class="stack side"><${HearCode} desk=${desk} /><${EditForm} desk=${desk} /><${States} desk=${desk} /></div>
      </div>` : html`<${Empty} desk=${desk} />`}
    <${OpenDialog} desk=${desk} /><${SaveDialog} /><${LevelNames} />
  </div>`
}

/** The open documents, and the way to others. */
function Documents(/** @type {any} */ { desk }) {
  return html`<div class="document-bar">
    <${Button} label="Open" icon="plus" kind=${desk.documents.length ? '' : 'primary'} onPress=${() => openDialog(false)} />
    ${desk.active && html`<${Button} label="Open another" icon="plus" onPress=${() => openDialog(true)} />`}
    <div class="document-list" role="group" aria-label="Open documents">
      ${desk.documents.map((/** @type {any} */ one) => html`<button type="button" key=${one.id}
        class=${classes('button', 'document-tab', desk.shown.includes(one.id) && 'shown')}
        aria-pressed=${String(desk.active === one.id)} data-tab=${one.name} onClick=${() => desk.show(one.id)}
        onContextMenu=${(/** @type {any} */ event) => openMenu(event, items(desk, one), one.name)}>
        <span class="cut">${one.name}</span></button>`)}
    </div>
    <p class="soft" role="status">${desk.busy && `${desk.busy} …`}</p>
  </div>`
}

function items(/** @type {any} */ desk, /** @type {any} */ one) {
  const isShown = desk.shown.includes(one.id)
  return [
    !isShown && { label: 'Show it', run: () => desk.show(one.id) },
    !isShown && desk.active && { label: 'Show it as well', run: () => desk.beside(one.id) },
    { label: 'Rename …', run: () => renameDocument(desk, one.id) },
    { label: 'Close it …', run: () => closeDocument(desk, one.id) },
  ]
}

function Empty(/** @type {any} */ { desk }) {
  if (desk.busy) return null
  return html`<section class="panel codes-empty">
    <h2>See a sound as codes</h2>
    <p class="soft">Open a recording, or drop one here. You will see its code grid, hear every code in it, and edit it as
      freely as you edit text.</p>
    <${Button} label="Open a sound" icon="plus" kind="primary" onPress=${() => openDialog(false)} />
  </section>`
}

function useDeskKeys(/** @type {any} */ desk) {
  const active = (/** @type {(id: string) => void} */ run) => () => desk.of(desk.active) && run(desk.active)
  useKeys('Codes', [
    { keys: 'Ctrl+z', text: 'Undo in this document', run: active((one) => desk.change(one, 'undo')) },
    { keys: 'Ctrl+Shift+z or Ctrl+y', text: 'Redo', run: active((one) => desk.change(one, 'redo')) },
    { keys: 'p', text: 'Play the document, or stop it', run: active((one) => togglePlay(desk, one)) },
    { keys: 'a', text: 'Compare the codes with the original',
      run: active((one) => compare(desk, one, other(desk.of(one)))) },
    { keys: 'o', text: 'Open a sound or a grid', run: () => openDialog(false) },
    { keys: 'w', text: 'The other document', run: () => desk.activate(desk.shown.find((one) => one !== desk.active) ?? desk.active) },
  ])
}

const other = (/** @type {any} */ { side, document }) =>
  side === 'decode' && document.sound ? 'original' : 'decode'

/** The desk, drawn again whenever it changes. */
function useDesk() {
  const [, draw] = useState(0)
  const desk = useMemo(() => new Desk(), [])
  useEffect(() => {
    const off = desk.onChange(() => draw((n) => n + 1))
    desk.start()
    return () => (off(), desk.remove())
  }, [])
  return desk
}
