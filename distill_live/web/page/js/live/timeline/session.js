// @ts-check
/**
 * What a performer does on the timeline: the chosen codes, the selection, and what is sent for it.
 *
 *   new TimelineSession(view, model, key)   model: {bands, levels: [labels], codebookSize,
 *                                     columnSeconds}; what was chosen under the same key is kept
 *   session.onChange(fn) -> off        fn() after each change of what the panel shows
 *   session.paint(cells, stroke), pick(cell), select(region), runEdit('mutate share=0.5'),
 *   move(first), loop(), endLoop(), undo(), redo()
 *   newStroke()   the number of a stroke: cells that are painted with it are undone together
 */

import { editText } from '../../canvas/region.js'
import { editInWords } from '../../core/edit_words.js'
import { ask, levelsOf, send, store } from '../../core/store.js'
import { onRefusal, outcomeOf } from './outcomes.js'

/** How long a painted cell stays marked as on its way, in milliseconds. */
const PENDING_MS = 1500
/** How long what was said under the timeline stays, in milliseconds; a refusal stays twice as long. */
const HINT_MS = 15000

/** @typedef {import('../../canvas/region.js').Cell} Cell */
/** @typedef {import('../../canvas/region.js').Region} Region */

/** What was chosen when a timeline was shown last, by the key of its session. @type {Map<string, any>} */
const kept = new Map()

/** Random, so that two pages do not choose the same. */
export const newStroke = () => Math.floor(Math.random() * 2 ** 31)

export class TimelineSession {
  /** @param {import('../../canvas/timeline.js').TimelineView} view @param {any} model */
  constructor(view, model, key = '') {
    this.view = view
    this.model = model
    const { bands, levels: labels, columnSeconds } = model
    this.shape = { bands, levels: labels.length, labels, columnSeconds }
    this._key = key
    /** @type {'paint'|'select'} what a drag over cells does */
    this.mode = 'paint'
    /** @type {(number|null)[]} the code to paint with, for each level */
    this.codes = model.levels.map(() => null)
    this.level = 0
    /** Whether a region that is dragged stays where it was, too. */
    this.copies = false
    /** Where a selection by keyboard began. @type {Cell|null} */
    this.origin = null
    /** What is open above the cells. @type {'codes'|'edit'|null} */
    this.open = null
    this.hint = { text: '', kind: '' }
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this._fading = undefined
    /** @type {Set<() => void>} */
    this._listeners = new Set()
    const { zoom, ...chosen } = kept.get(key) ?? {}
    Object.assign(this, chosen)
    if (zoom) view.setZoom(zoom)
  }

  /** Keep what is chosen until the timeline is shown again. */
  keep() {
    const { mode, codes, level, copies, view } = this
    clearTimeout(this._fading)
    kept.set(this._key, { mode, codes, level, copies, zoom: view.zoom })
  }

  /** @param {() => void} fn */
  onChange(fn) {
    this._listeners.add(fn)
    return () => this._listeners.delete(fn)
  }

  /** @returns {Region|null} */
  get selection() { return this.view.overlay.selection }

  /** @returns {Cell|null} */
  get cursor() { return this.view.overlay.cursor }

  /** Change what the panel shows. @param {Record<string, any>} changes */
  set(changes) {
    Object.assign(this, changes)
    this._changed()
  }

  /** Say something under the timeline. @param {string} text @param {string} kind */
  say(text, kind = '') {
    this.set({ hint: { text, kind } })
    clearTimeout(this._fading)
    if (text) this._fading = setTimeout(() => this.say(''), kind === 'fault' ? 2 * HINT_MS : HINT_MS)
  }

  /** Paint cells with the chosen codes. @param {Cell[]} cells @param {number} stroke */
  paint(cells, stroke = newStroke()) {
    const { grid } = this.view
    const painted = cells.filter(({ column, band, level }) => column >= grid.start
      && this.codes[level] !== null && grid.code(column, band, level) !== this.codes[level])
    if (!painted.length) return
    onRefusal('/distill/cell', (reason) => this.say(reason, 'fault'))
    send(painted.map(({ column, band, level }) =>
      ['/distill/cell', column, band + 1, level + 1, this.codes[level], stroke]))
    this._await(painted)
    const { column, level } = painted[painted.length - 1]
    this.say(`Painted code ${this.codes[level]} of ${this.model.levels[level]}.${this._when(column)}`)
  }

  /** Choose a cell's code for painting. @param {Cell} cell */
  pick({ column, band, level }) {
    const code = this.view.grid.code(column, band, level)
    if (code < 0) return
    this.choose(level, code)
    this.sayChosen(code, level)
  }

  /** @param {number} code @param {number} level */
  sayChosen(code, level) {
    this.say(`Code ${code} of ${this.model.levels[level]} is chosen: press or drag to paint with it.`)
  }

  /** Choose a code of a level for painting. @param {number} level @param {number} code */
  choose(level, code) {
    const last = this.model.codebookSize - 1
    this.codes[level] = Math.min(Math.max(code, 0), last)
    this.set({ level })
  }

  /** @param {Region|null} region */
  select(region) {
    this.view.overlay.selection = region
    // What was said was about another selection.
    this.say('')
  }

  /**
   * Clear the selection once its columns are no longer remembered.
   * @param {boolean} another whether another stream has begun
   */
  forget(another) {
    const region = this.selection
    if (region && (another || region.first + region.count <= this.view.grid.start)) this.select(null)
  }

  /** @param {Cell|null} cursor */
  setCursor(cursor) {
    this.view.overlay.cursor = cursor
    this._changed()
  }

  /** Run an edit on the selection, such as 'reverse columns=4'. @param {string} edit */
  async runEdit(edit) {
    const region = this.selection
    if (!region || !edit.trim()) return
    await this._run(region, edit)
  }

  /** Take the selection to another column, or copy it there. @param {number} to */
  async move(to, copies = this.copies) {
    const region = this.selection
    if (!region || to === region.first) return
    if (await this._run(region, `${copies ? 'copy' : 'move'} to=${to}`)) {
      this.view.overlay.selection = { ...region, first: to }
      this._changed()
    }
  }

  /** Play the selection in a loop. */
  loop() {
    const region = this.selection
    if (!region) return
    const { count } = region
    const seconds = (count * this.model.columnSeconds).toFixed(2)
    const done = `Looping ${seconds} s, ${count === 1 ? 'one column' : `${count} columns`}. Press Loop again to end it.`
    onRefusal('/distill/loop/columns', (reason) => this.say(reason, 'fault'))
    this._ask(done, '/distill/loop/columns', region.first, count)
  }

  endLoop() { this._ask('The loop has ended.', '/distill/release') }

  undo() { this._step('/distill/undo', 'Undone.') }

  redo() { this._step('/distill/redo', 'Redone.') }

  /** @param {string} address @param {string} done */
  async _step(address, done) {
    await this._ask(done, address)
  }

  /** @param {Region} region @param {string} edit */
  async _run(region, edit) {
    const text = editText(region, edit, this.shape)
    const { first, count } = region
    const [name] = text.split(' ')
    const isThis = (/** @type {string} */ said) =>
      said.startsWith(`${name} `) && said.includes(` ${first}:${first + count}`)
    // What was said was about another edit.
    this.say('')
    return this._tell(outcomeOf('/distill/region', [first, count, text], isThis),
      () => `${this._inWords(region, text)}.${this._when(first)}`)
  }

  /** An edit of a region as people say it. @param {Region} region @param {string} text */
  _inWords({ first, count }, text) {
    const now = { column: this.view.position, columnSeconds: this.model.columnSeconds }
    const tables = { edits: store.edits, levels: () => levelsOf(this.model), now }
    return editInWords(text, tables, [first, first + count]) ?? text
  }

  /** Ask for something, and say what has become of it. @returns {Promise<boolean>} */
  _ask(done, address, ...values) {
    return this._tell(ask(address, ...values), () => done)
  }

  /** Say what has become of something. @param {Promise<any>} asked @param {() => string} done */
  async _tell(asked, done) {
    try {
      await asked
      this.say(done())
      return true
    } catch (error) {
      this.say(/** @type {Error} */ (error).message, 'fault')
      return false
    }
  }

  _when(column) {
    return column < Math.floor(this.view.position)
      ? ' It has been heard: the change sounds when you play it again.' : ''
  }

  /** Mark cells until the instrument has painted them. @param {Cell[]} cells */
  _await(cells) {
    this.view.overlay.pending.push(...cells)
    const isOther = (/** @type {Cell} */ cell) => !cells.includes(cell)
    setTimeout(() => {
      this.view.overlay.pending = this.view.overlay.pending.filter(isOther)
    }, PENDING_MS)
  }

  _changed() {
    for (const fn of this._listeners) fn()
  }
}
