// @ts-check
/**
 * The open documents, which of them are shown, and what is selected in each.
 *
 *   new Desk()              onChange(fn) -> off;  start(), remove()
 *   documents, saved        as documents.js lists them; shown: ids, at most two; active: an id
 *   open(file, model), upload(file, model), close(id), show(id), beside(id)
 *   edit(id, text), change(id, what, body), amend(id, body) -> Promise<boolean>
 *   of(id)                  what is known of a shown document: {document, version, codes, selection, cursor, side}
 *   set(id, {...})          change selection, cursor or side
 */

import { local, remember } from '../core/dom.js'
import { Hearing } from '../core/hearing.js'
import { toast } from '../controls/toast.js'
import * as documents from './documents.js'
import { soundOf } from './parts.js'

const SHOWN = 'codes.shown'

export class Desk {
  constructor() {
    /** @type {any[]} */
    this.documents = []
    /** @type {string[]} */
    this.saved = []
    /** @type {string[]} */
    this.shown = []
    this.active = ''
    /** What is under way, in words; '' for nothing. */
    this.busy = ''
    /** Whether what is opened next comes beside what is shown. */
    this.wantsBeside = false
    /** How an edit is filled in, for the form. @type {any} */
    this.draft = null
    /** @type {Map<string, any>} */
    this._sheets = new Map()
    /** @type {Map<string, import('./codes_view.js').CodesView>} the pictures, for drags between them */
    this.views = new Map()
    /** @type {Set<() => void>} */
    this._listeners = new Set()
    this.hearing = new Hearing(() => this._tell(), fail)
    this._version = 0
  }

  /** @param {() => void} fn */
  onChange(fn) {
    this._listeners.add(fn)
    return () => this._listeners.delete(fn)
  }

  /** Find the documents that are open, and show those that were shown last. */
  async start() {
    await this._try('Looking for open documents', () => this._list())
    const known = local(SHOWN, []).filter((/** @type {string} */ id) => this._find(id))
    const first = known.length ? known : this.documents.slice(0, 1).map((one) => one.id)
    for (const id of first.slice(0, 2)) await this._read(id)
    this._show(first.slice(0, 2), first[0] ?? '')
  }

  remove() {
    this.hearing.remove()
    this._listeners.clear()
  }

  /** @param {string} id */
  of(id) {
    return this._sheets.get(id)
  }

  /** @param {string} id @param {any} changed */
  set(id, changed) {
    Object.assign(this._sheets.get(id) ?? {}, changed)
    this._tell()
  }

  /** @param {any} draft */
  setDraft(draft) {
    this.draft = draft
    this._tell()
  }

  /** Open a file of the server. @param {string} file @param {string} model */
  open(file, model) {
    return this._take(`Opening ${file}`, () => documents.openFile(file, modelFor(file, model)))
  }

  /** Open a file of this computer. @param {File} file @param {string} model */
  upload(file, model) {
    const said = (/** @type {number} */ share) =>
      this._become(share < 1 ? `Uploading ${file.name}: ${Math.floor(100 * share)} %` : `Encoding ${file.name}`)
    return this._take(`Uploading ${file.name}`, () => documents.uploadFile(file, modelFor(file.name, model), said))
  }

  /** Show a document in place of the active one. @param {string} id */
  async show(id) {
    if (this.shown.includes(id)) return this._show(this.shown, id)
    if (!(await this._try('Opening', () => this._read(id)))) return
    const shown = this.shown.length
      ? this.shown.map((one) => (one === this.active ? id : one)) : [id]
    this._show(shown, id)
  }

  /** Show a second document beside the active one. @param {string} id */
  async beside(id) {
    if (!(await this._try('Opening', () => this._read(id)))) return
    this._show([this.active || id, id].filter((one, n, all) => all.indexOf(one) === n), this.active || id)
  }

  /** Take a document out of sight; it stays open. @param {string} id */
  hide(id) {
    const shown = this.shown.filter((one) => one !== id)
    this._show(shown, shown[0] ?? '')
  }

  /** @param {string} id */
  activate(id) {
    if (this.active !== id) this._show(this.shown, id)
  }

  /** Remove a document and its history. @param {string} id */
  async close(id) {
    if (this.hearing.state.sound?.id === id) this.hearing.stop()
    if (!(await this._try('Closing', () => documents.closeDocument(id)))) return
    this._sheets.delete(id)
    this.documents = this.documents.filter((one) => one.id !== id)
    this.hide(id)
  }

  /** Do an edit; false if it was refused. @param {string} id @param {string} text */
  edit(id, text) {
    return this.change(id, 'edit', { text })
  }

  /** @param {string} id @param {string} what @param {any} [body] */
  change(id, what, body) {
    return this._try('Editing', async () => {
      await documents.change(id, what, body)
      await this._refresh(id)
    })
  }

  /** Rename a document or its levels. @param {string} id @param {any} body */
  amend(id, body) {
    return this._try('Renaming', async () => {
      await documents.amend(id, body)
      await this._refresh(id)
    })
  }

  /** Hear a part of a document; a part without columns is the code of a cell. @param {string} id @param {any} part */
  hear(id, part) {
    const sheet = this.of(id)
    // A code that was not chosen in the grid has no column.
    const loose = part.code !== undefined && part.column === undefined
    if (sheet) this.hearing.play({ ...soundOf(sheet, part), loose })
  }

  /** Keep what the server says while something lasts. @param {string} busy @param {() => Promise<any>} work */
  async _try(busy, work) {
    this._become(busy)
    try {
      await work()
      return true
    } catch (error) {
      fail(/** @type {Error} */ (error))
      return false
    } finally {
      this._become('')
    }
  }

  _take(/** @type {string} */ busy, /** @type {() => Promise<any>} */ work) {
    return this._try(busy, async () => {
      const opened = await work()
      this.documents = [opened, ...this.documents]
      await this._read(opened.id)
      const beside = this.shown.length === 1 && this.wantsBeside
      this.wantsBeside = false
      const shown = beside ? [this.shown[0], opened.id]
        : this.shown.length ? this.shown.map((one) => (one === this.active ? opened.id : one)) : [opened.id]
      this._show(shown, opened.id)
    })
  }

  async _list() {
    const found = await documents.listDocuments()
    this.documents = found.documents
    this.saved = found.saved ?? []
  }

  /** After a change, which may have changed a second document as well. @param {string} id */
  async _refresh(id) {
    await this._list()
    for (const one of new Set([id, ...this.shown])) await this._read(one)
  }

  /** Read a document anew, if its codes are not those that are known. @param {string} id */
  async _read(id) {
    const document = this._find(id)
    if (!document) return
    const old = this._sheets.get(id)
    const codes = await documents.readCodes(id)
    const version = old && isSame(old.codes, codes) ? old.version : ++this._version
    const kept = old && old.codes.columns === codes.columns ? old : { selection: null, cursor: null, side: 'decode' }
    this._sheets.set(id, { ...kept, document, version, codes })
    this._tell()
  }

  _find(/** @type {string} */ id) {
    return this.documents.find((one) => one.id === id)
  }

  _show(/** @type {string[]} */ shown, /** @type {string} */ active) {
    this.shown = shown
    this.active = active
    this.draft = null
    remember(SHOWN, shown)
    this._tell()
  }

  _become(/** @type {string} */ busy) {
    this.busy = busy
    this._tell()
  }

  _tell() {
    for (const fn of this._listeners) fn()
  }
}

function isSame(/** @type {any} */ one, /** @type {any} */ other) {
  return one.codes.length === other.codes.length
    && one.codes.every((/** @type {number} */ code, /** @type {number} */ n) => code === other.codes[n])
}

/** Sounds need a model to encode them; a grid finds its own. */
const modelFor = (/** @type {string} */ file, /** @type {string} */ model) =>
  (/\.(npz|json)$/i.test(file) ? '' : model)

function fail(/** @type {Error} */ error) {
  toast(error.message, { kind: 'fault' })
}
