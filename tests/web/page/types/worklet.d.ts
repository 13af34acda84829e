/** What the browser's thread for sound has, which TypeScript does not know. */

declare class AudioWorkletProcessor {
  readonly port: MessagePort
}

declare const sampleRate: number
declare const currentTime: number
declare function registerProcessor(name: string, processor: new (options: any) => AudioWorkletProcessor): void
