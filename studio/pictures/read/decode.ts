/** What is asked of decoders, and a few of them that share the work: what is waited for comes first, the rest behind it. */

import type { PictureSize } from 'lenslet/data'

export type DecodeAsk =
  /** @param size of the pixels; without it, only the copy is made */
  | { readonly kind: 'take'; readonly from: Blob | ArrayBuffer; readonly size: PictureSize | undefined }
  | { readonly kind: 'pixels'; readonly bytes: Uint8Array<ArrayBuffer>; readonly size: PictureSize }
  | { readonly kind: 'thumbnail'; readonly bytes: Uint8Array<ArrayBuffer>; readonly side: number }

export interface Taken {
  /** The encoded image as it is kept. */
  readonly kept: Uint8Array<ArrayBuffer>
  readonly sum: readonly [number, number]
  /** Of the image as it was given. 0: unknown */
  readonly width: number
  readonly height: number
  readonly pixels?: Uint8Array<ArrayBuffer>
}

export type DecodeReply =
  | ({ readonly kind: 'taken' } & Taken)
  | { readonly kind: 'pixels'; readonly pixels: Uint8Array }
  | { readonly kind: 'thumbnail'; readonly bitmap: ImageBitmap }
  | { readonly kind: 'broken'; readonly reason: string }

/** What cannot be decoded. The message follows "cannot be read: ". */
export class BrokenImageError extends Error {
  override readonly name = 'BrokenImageError'
}

/** Of a worker, as far as it is used. */
export interface Decoder {
  postMessage(ask: DecodeAsk, transfer: Transferable[]): void
  onmessage: ((event: MessageEvent<DecodeReply>) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
  terminate(): void
}

interface Job {
  readonly ask: DecodeAsk
  readonly transfer: Transferable[]
  readonly isLarge: boolean
  resolve(reply: DecodeReply): void
  reject(error: Error): void
}

/** Bytes of a file from which its image may be one of tens of megapixels. */
const largeBytes = 3_000_000
/** Milliseconds after which a decoder is given up. */
const patience = 60_000

export class DecodePool {
  readonly #start: () => Decoder
  readonly #most: number
  readonly #patience: number
  #idle: Decoder[] = []
  readonly #busy = new Map<Decoder, Job>()
  #urgent: Job[] = []
  #later: Job[] = []

  constructor(start: () => Decoder, most: number, { patienceMs = patience } = {}) {
    this.#start = start
    this.#most = most
    this.#patience = patienceMs
  }

  /** How many images are decoded at a time. */
  get size(): number {
    return this.#most
  }

  /** Throws `BrokenImageError`. */
  async take(from: Blob | ArrayBuffer, size: PictureSize | undefined, isUrgent: boolean): Promise<Taken> {
    const bytes = from instanceof ArrayBuffer ? from.byteLength : from.size
    const transfer = from instanceof ArrayBuffer ? [from] : []
    const reply = await this.#run({ kind: 'take', from, size }, transfer, isUrgent, bytes > largeBytes)
    if (reply.kind === 'taken') return reply
    throw wrong(reply)
  }

  /** The bytes are moved. Throws `BrokenImageError`. */
  async pixels(bytes: Uint8Array<ArrayBuffer>, size: PictureSize, isUrgent: boolean): Promise<Uint8Array> {
    const reply = await this.#run({ kind: 'pixels', bytes, size }, [bytes.buffer], isUrgent)
    if (reply.kind === 'pixels') return reply.pixels
    throw wrong(reply)
  }

  /** The bytes are moved. Throws `BrokenImageError`. */
  async thumbnail(bytes: Uint8Array<ArrayBuffer>, side: number): Promise<ImageBitmap> {
    const reply = await this.#run({ kind: 'thumbnail', bytes, side }, [bytes.buffer], true)
    if (reply.kind === 'thumbnail') return reply.bitmap
    throw wrong(reply)
  }

  #run(ask: DecodeAsk, transfer: Transferable[], isUrgent: boolean, isLarge = false): Promise<DecodeReply> {
    return new Promise((resolve, reject) => {
      const queue = isUrgent ? this.#urgent : this.#later
      queue.push({ ask, transfer, isLarge, resolve, reject })
      this.#next()
    })
  }

  #next(): void {
    while (this.#busy.size < this.#most) {
      const job = this.#chosen(this.#urgent) ?? this.#chosen(this.#later)
      if (job === undefined) return
      this.#begin(this.#idle.pop() ?? this.#start(), job)
    }
  }

  /** The first of a queue; of large images one at a time, whose bitmaps would fill the memory. */
  #chosen(queue: Job[]): Job | undefined {
    const holdsLarge = [...this.#busy.values()].some(({ isLarge }) => isLarge)
    const index = queue.findIndex(({ isLarge }) => !(isLarge && holdsLarge))
    return index < 0 ? undefined : queue.splice(index, 1)[0]
  }

  #begin(decoder: Decoder, job: Job): void {
    this.#busy.set(decoder, job)
    const lost = (reason: string) => {
      decoder.terminate()
      this.#busy.delete(decoder)
      job.reject(new BrokenImageError(reason))
      this.#next()
    }
    const alarm = setTimeout(() => lost(`it was not decoded within ${this.#patience / 1000} s`), this.#patience)
    decoder.onmessage = ({ data }) => {
      clearTimeout(alarm)
      this.#busy.delete(decoder)
      this.#idle.push(decoder)
      job.resolve(data)
      this.#next()
    }
    decoder.onerror = () => {
      clearTimeout(alarm)
      lost('the decoder failed, perhaps for want of memory')
    }
    decoder.postMessage(job.ask, job.transfer)
  }
}

function wrong(reply: DecodeReply): Error {
  return reply.kind === 'broken' ? new BrokenImageError(reply.reason) : new Error(`a decoder answered ${reply.kind}`)
}
