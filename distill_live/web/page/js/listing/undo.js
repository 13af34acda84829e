// @ts-check
/** Deleting, with a way back: the server moves things to a trash folder first. */

import { attempt as tried, toast } from '../controls/toast.js'
import { post, remove } from '../core/api.js'

/**
 * Delete what is at `path`; the toast that says so has a button to bring it back. `changed` is
 * called after each of the two.
 * @param {string} path @param {string} name @param {() => void} changed
 */
export async function deleteWithUndo(path, name, changed) {
  try {
    const { undo } = await remove(path)
    const bringBack = async () => {
      await attempt(post(`/api/trash/${encodeURIComponent(undo)}/restore`, {}), `${name} is back.`)
      changed()
    }
    toast(`${name} was deleted.`, { action: { label: 'Undo', run: bringBack } })
  } catch (error) {
    toast(/** @type {Error} */ (error).message, { kind: 'fault' })
  }
  changed()
}

/**
 * Wait for a promise; show `good` when it is kept, or the error when it is not. Returns the value
 * (true if there is none), or undefined after an error. @param {Promise<any>} promise @param {string} [good]
 */
export async function attempt(promise, good) {
  const value = await tried(promise.then((answer) => answer ?? true))
  if (value !== undefined && good) toast(good, { kind: 'good' })
  return value
}

/** A path below /api with each part of a name escaped. @param {...string} parts */
export const apiPath = (...parts) =>
  `/api/${parts.flatMap((part) => part.split('/')).map(encodeURIComponent).join('/')}`
