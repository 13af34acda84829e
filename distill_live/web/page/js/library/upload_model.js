// @ts-check
/** A model from this computer into the library of the server: by a button, or dropped on it. */

import { toast } from '../controls/toast.js'
import { upload } from '../core/api.js'
import { html, useEffect, useRef, useState } from '../core/dom.js'
import { formatShare } from '../core/format.js'
import { attempt, apiPath } from '../listing/undo.js'

const ENDINGS = /\.distill$/i

/** @param {{changed: (name: string) => void}} props */
export function UploadModel({ changed }) {
  const [share, setShare] = useState(/** @type {number|null} */ (null))
  const input = useRef(/** @type {HTMLInputElement|null} */ (null))
  const take = async (/** @type {File} */ file) => {
    const name = file.name.replace(ENDINGS, '')
    setShare(0)
    const done = await attempt(
      upload(apiPath('models', name, 'file'), file, setShare),
      `${name} is in the library.`,
    )
    setShare(null)
    if (done) changed(done.name ?? name)
  }
  useDrop(take)
  return html`<button class="button" disabled=${share !== null} onClick=${() => input.current?.click()}>
      ${share === null ? 'Upload' : `Uploading, ${formatShare(share)}`}
    </button>
    <input
      ref=${input}
      class="visually-hidden"
      type="file"
      tabindex="-1"
      accept=".distill"
      aria-label="Model file to upload"
      onChange=${(/** @type {any} */ event) => {
        const [file] = event.target.files
        if (file) take(file)
        event.target.value = ''
      }}
    />`
}

/** Models that are dropped anywhere on the tab. */
function useDrop(/** @type {(file: File) => Promise<void>} */ take) {
  const newest = useRef(take)
  newest.current = take
  useEffect(() => {
    const drop = async (/** @type {DragEvent} */ event) => {
      for (const file of [...(event.dataTransfer?.files ?? [])]) {
        if (ENDINGS.test(file.name)) await newest.current(file)
        else toast(`${file.name} is not a model: drop files that end in .distill. Recordings go to the Train tab.`, { kind: 'fault' })
      }
    }
    document.addEventListener('drop', drop)
    return () => document.removeEventListener('drop', drop)
  }, [])
}
