// @ts-check
/**
 * The sound of the instrument in this browser.
 *
 *   const sound = new BrowserAudio({rate: 48000, latency: 0.2, volume: 1})
 *   await sound.start()   only after a press of the user, or the browser stays silent
 *   sound.setLatency(0.1), sound.setVolume(0.5), sound.stop()
 *
 * sound.onReport({fill, bend, gaps, playing, position}) comes four times a second; times are in seconds.
 * The sound has a WebSocket of its own, in a worker that passes it on to the player (sound_worker.js).
 */

const WORKLET = new URL('./player_worklet.js', import.meta.url)
const WORKER = new URL('./sound_worker.js', import.meta.url)

export class BrowserAudio {
  /** @param {{rate: number, latency: number, volume: number}} given */
  constructor({ rate, latency, volume }) {
    this.rate = rate
    this.latency = latency
    this.volume = volume
    this.onReport = (/** @type {any} */ _report) => {}
    /** @type {AudioContext|null} */
    this.context = null
    /** @type {(() => void)[]} */
    this._ends = []
  }

  /** Rejects when the browser cannot play. */
  async start() {
    const context = new AudioContext({ sampleRate: this.rate, latencyHint: 'interactive' })
    this.context = context
    try {
      await Promise.all([context.audioWorklet.addModule(String(WORKLET)), context.resume()])
    } catch (error) {
      // It may have been stopped meanwhile, which is no fault.
      if (this.context !== context) return
      this.stop()
      throw error
    }
    // Whoever has pressed stop meanwhile wants no sound.
    if (this.context === context) this._connect(context)
  }

  /** @param {number} latency in seconds, 0.05..1 */
  setLatency(latency) {
    this.latency = latency
    this._player?.port.postMessage({ latency })
  }

  /** @param {number} volume 0..1 */
  setVolume(volume) {
    this.volume = volume
    const now = this.context?.currentTime ?? 0
    this._gain?.gain.setTargetAtTime(volume, now, 0.01)
  }

  stop() {
    for (const end of this._ends.splice(0)) end()
    this.context?.close()
    this.context = null
  }

  /** What the device adds to the latency, in seconds, as far as the browser knows. */
  get deviceLatency() {
    return (this.context?.baseLatency ?? 0) + (this.context?.outputLatency ?? 0)
  }

  _connect(/** @type {AudioContext} */ context) {
    const player = new AudioWorkletNode(context, 'player', {
      numberOfInputs: 0, outputChannelCount: [2], processorOptions: { latency: this.latency },
    })
    player.port.onmessage = ({ data }) => this.onReport(data)
    this._player = player
    /** Where its sound can be listened to. */
    this._gain = new GainNode(context, { gain: this.volume })
    player.connect(this._gain).connect(context.destination)
    const bringer = new Worker(WORKER, { type: 'module' })
    const { port1, port2 } = new MessageChannel()
    player.port.postMessage({ feed: port1 }, [port1])
    bringer.postMessage({ url: this._url, port: port2 }, [port2])
    this._ends = [() => bringer.terminate(), () => player.disconnect()]
  }

  get _url() {
    const url = new URL(`/page/audio?rate=${this.rate}`, location.href)
    url.protocol = url.protocol.replace('http', 'ws')
    return String(url)
  }

  /** The node whose output is what is heard. */
  get output() { return this._gain }
}
