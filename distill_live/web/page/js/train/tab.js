// @ts-check
/** The Train tab: recordings in, a model out, and everything between them to watch and to hear. */

import { isCalm } from '../canvas/pictures.js'
import { html, useRef, useRemembered, useState } from '../core/dom.js'
import { useJobs } from '../jobs/jobs.js'
import { Problem, useLoaded } from '../listing/loaded.js'
import { NewTraining } from './new_training.js'
import { Recordings } from './recordings.js'
import { Runs } from './runs.js'

export const id = 'train'
export const title = 'Train'

const KINDS = ['train', 'train-prior', 'train-vocoder']

export function Tab() {
  const sets = useLoaded('/api/sets')
  const models = useLoaded('/api/models')
  const { jobs, error, known, reload } = useJobs(KINDS)
  const [chosen, setChosen] = useRemembered('train.set', '')
  const [inspection, setInspection] = useState(/** @type {any} */ (null))
  const [run, setRun] = useState('')
  const runs = useRef(/** @type {HTMLElement|null} */ (null))
  const all = sets.data?.sets ?? []
  const set = all.find((/** @type {any} */ one) => one.name === chosen)
  const started = (/** @type {any} */ job) => {
    if (job?.id) setRun(job.id)
    reload()
    // The form may be far below it.
    runs.current?.scrollIntoView({ block: 'start', behavior: isCalm() ? 'auto' : 'smooth' })
  }
  return html`<div class="two-columns">
    <div class="stack">
      <${Problem} text=${sets.error} retry=${sets.reload} />
      <${Recordings}
        sets=${all}
        set=${set}
        choose=${setChosen}
        reload=${sets.reload}
        inspection=${inspection}
        setInspection=${setInspection}
      />
      <${NewTraining}
        set=${set}
        inspection=${inspection}
        models=${models.data?.models ?? []}
        started=${started}
      />
    </div>
    <div class="stack" ref=${runs}>
      <${Problem} text=${error} retry=${reload} />
      <${Runs} jobs=${jobs} known=${known} chosen=${run} choose=${setRun} reload=${reload} />
    </div>
  </div>`
}
