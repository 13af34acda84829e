// @ts-check
/**
 * What the page asks the workbench for; all reject with the server's own text.
 *
 *   listDocuments() -> {documents: [D], saved: [path]}   D as GET /api/codes/ID answers it
 *   openFile(path, model), uploadFile(file, model, onProgress) -> D
 *   change(id, 'edit'|'undo'|'redo'|'go'|'name', body) -> D;  amend(id, {name?, labels?}) -> D
 *   readCodes(id) -> {columns, bands, levels, codes: Uint16Array [columns, bands, levels]}
 *   soundUrl(id, part), originalUrl(id, columns), cellUrl(id, cell)
 *   saveAs(id, name, format) -> {file, path};  closeDocument(id)
 */

import { get, getBinary, patch, post, remove, upload } from '../core/api.js'

const ROOT = '/api/codes'

export const listDocuments = () => get(ROOT)

/** @param {string} file @param {string} model '' for the model in play, or that of the grid */
export const openFile = (file, model) => post(ROOT, model ? { file, model } : { file })

/** @param {File} file @param {string} model @param {(share: number) => void} onProgress */
export function uploadFile(file, model, onProgress) {
  return upload(address(`files/${encodeURIComponent(file.name)}`, { model }), file, onProgress)
}

/** @param {string} id @param {string} what @param {any} [body] */
export const change = (id, what, body = {}) => post(`${ROOT}/${id}/${what}`, body)

/** @param {string} id @param {any} body */
export const amend = (id, body) => patch(`${ROOT}/${id}`, body)

/** @param {string} id */
export const closeDocument = (id) => remove(`${ROOT}/${id}`)

/** @param {string} id @param {string} name @param {string} format */
export const saveAs = (id, name, format) => post(`${ROOT}/${id}/save`, { name, format })

/** @param {string} id */
export async function readCodes(id) {
  const content = await getBinary(`${ROOT}/${id}/codes`)
  const [columns, bands, levels] = new Uint32Array(content, 0, 3)
  return { columns, bands, levels, codes: new Uint16Array(content, 12) }
}

/** @param {string} id @param {{columns?: string, bands?: string, levels?: string}} part */
export const soundUrl = (id, part = {}) => address(`${id}/sound`, part)

/** @param {string} id @param {string} [columns] */
export const originalUrl = (id, columns = '') => address(`${id}/original`, { columns })

/** @param {string} id @param {{level: number, code: number, band?: number}} cell */
export const cellUrl = (id, cell) => address(`${id}/cell`, cell)

function address(/** @type {string} */ path, /** @type {Record<string, any>} */ query) {
  const given = Object.entries(query).filter(([, value]) => value !== '' && value !== undefined)
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return `${ROOT}/${path}${text && `?${text}`}`
}
