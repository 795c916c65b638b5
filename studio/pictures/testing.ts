/** Decoders for tests: an image is its text, `bad…` is broken, and every pixel is the sum of its characters. */

import { type PictureSize, sumOf } from 'lenslet/data'
import { Keeping } from './keeping.ts'
import type { Given, ProjectState } from './messages.ts'
import { type DecodeAsk, DecodePool, type DecodeReply, type Decoder } from './read/decode.ts'
import { type Folder, memoryFolder } from './store/opfs.ts'

export const testSize: PictureSize = { height: 2, width: 2, channels: 3 }

/** Of an image whose text this is. */
export function pixelOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % 256
}

export class TestDecoder implements Decoder {
  onmessage: Decoder['onmessage'] = null
  onerror: Decoder['onerror'] = null
  static asked: string[] = []
  isGone = false

  postMessage(ask: DecodeAsk): void {
    this.#answer(ask).then((data) => {
      if (!this.isGone) this.onmessage?.({ data } as MessageEvent<DecodeReply>)
    })
  }

  terminate(): void {
    this.isGone = true
  }

  async #answer(ask: DecodeAsk): Promise<DecodeReply> {
    const bytes =
      ask.kind !== 'take'
        ? ask.bytes
        : new Uint8Array(ask.from instanceof Blob ? await ask.from.arrayBuffer() : ask.from)
    const text = new TextDecoder().decode(bytes)
    TestDecoder.asked.push(`${ask.kind} ${text}`)
    if (text.startsWith('never')) return new Promise(() => {})
    if (text.startsWith('bad')) return { kind: 'broken', reason: 'its contents are no image' }
    if (ask.kind === 'thumbnail') return { kind: 'thumbnail', bitmap: {} as ImageBitmap }
    const { height = 1, width = 1, channels = 1 } = ask.size ?? {}
    const pixels = new Uint8Array(height * width * channels).fill(pixelOf(text))
    if (ask.kind === 'pixels') return { kind: 'pixels', pixels }
    return { kind: 'taken', kept: bytes, sum: sumOf(bytes), width: 7, height: 5, ...(ask.size && { pixels }) }
  }
}

export interface TestKeeping {
  readonly keeping: Keeping
  readonly folder: Folder
  /** Adds files by path, with their contents, and resolves when all have been read. */
  drop(files: Readonly<Record<string, string | Blob>>, classId?: number): ReturnType<Keeping['add']>
  read(): Promise<ProjectState>
}

/** @param folder of one before: what it kept is opened */
export function testKeeping(folder: Folder = memoryFolder('no file system'), decoders = 2): TestKeeping {
  const pool = new DecodePool(() => new TestDecoder(), decoders, { patienceMs: 50 })
  const keeping = new Keeping(folder, pool, () => {})
  const read = async () => {
    while (keeping.reader.isReading) await new Promise((resolve) => setTimeout(resolve, 2))
    return keeping.state()
  }
  let batch = 0
  return {
    keeping,
    folder,
    read,
    async drop(files, classId) {
      batch += 1
      const given = Object.entries(files).map(([path, contents]): Given => {
        const file = typeof contents === 'string' ? new Blob([contents]) : contents
        return { path, file, changed: 1000 }
      })
      keeping.give(batch, given)
      const added = await keeping.add(batch, classId)
      await read()
      return added
    },
  }
}
