// @ts-check
/**
 * The HTTP API. Every function returns a Promise of the answer's JSON (null without a body) and
 * rejects with an Error whose message is the server's own text, ready for a toast.
 *
 *   get('/api/models'), post(path, body), put(path, body), patch(path, body), remove(path)
 *   upload(path, file, onProgress)  PUT of a raw body; onProgress(0..1)
 *   getBinary(path) -> ArrayBuffer
 *   hasApi('/api/models') -> Promise<boolean>   whether the server has such a path (from openapi.json)
 */

/** @param {string} path */
export const get = (path) => request('GET', path)
/** @param {string} path @param {any} [body] */
export const post = (path, body = {}) => request('POST', path, body)
/** @param {string} path @param {any} body */
export const put = (path, body) => request('PUT', path, body)
/** @param {string} path @param {any} body */
export const patch = (path, body) => request('PATCH', path, body)
/** @param {string} path */
export const remove = (path) => request('DELETE', path)

/** @param {string} path */
export async function getBinary(path) {
  const answer = await reach(path, {})
  if (!answer.ok) throw new Error(reason(await answer.text(), answer.status))
  return answer.arrayBuffer()
}

/** @param {string} path @param {Blob} file @param {(share: number) => void} [onProgress] */
export function upload(path, file, onProgress) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest()
    sending.open('PUT', path)
    sending.setRequestHeader('Content-Type', 'application/octet-stream')
    sending.upload.onprogress = (event) => onProgress?.(event.loaded / (event.total || 1))
    sending.onload = () => {
      if (sending.status < 300) resolve(parse(sending.responseText))
      else reject(new Error(reason(sending.responseText, sending.status)))
    }
    sending.onerror = () => reject(new Error('The upload broke off: the server cannot be reached.'))
    sending.send(file)
  })
}

/** @type {Promise<Set<string>>|null} */
let known = null

/** Whether the server has an API below this path. @param {string} path */
export async function hasApi(path) {
  known ??= get('/api/openapi.json').then(
    (found) => new Set(Object.keys(found.paths ?? {})),
    () => new Set(),
  )
  return [...(await known)].some((one) => {
    const full = one.startsWith('/api/') ? one : `/api${one}`
    return full === path || full.startsWith(`${path}/`)
  })
}

/** Forget what the server could do, after a reconnect. */
export function forgetApi() {
  known = null
}

async function request(/** @type {string} */ method, /** @type {string} */ path, /** @type {any} */ body = undefined) {
  /** @type {RequestInit} */
  const options = { method, headers: { Accept: 'application/json' } }
  if (method !== 'GET') {
    options.headers = { ...options.headers, 'Content-Type': 'application/json' }
    options.body = body === undefined ? undefined : JSON.stringify(body)
  }
  const answer = await reach(path, options)
  const text = await answer.text()
  if (!answer.ok) throw new Error(reason(text, answer.status))
  return parse(text)
}

async function reach(/** @type {string} */ path, /** @type {RequestInit} */ options) {
  try {
    return await fetch(path, options)
  } catch {
    throw new Error('The server cannot be reached.')
  }
}

function parse(/** @type {string} */ text) {
  return text ? JSON.parse(text) : null
}

function reason(/** @type {string} */ text, /** @type {number} */ status) {
  try {
    return JSON.parse(text).error ?? text
  } catch {
    return text.trim().slice(0, 300) || `The server answered ${status}.`
  }
}
