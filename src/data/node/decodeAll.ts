/** Decodes a list of picture files straight into one memory, a few at a time; broken ones are all found before it ends. */
import { ArgumentError } from '../../core/errors.ts'
import { volumeSize } from '../../core/shapes.ts'
import { PictureError } from '../errors.ts'
import type { PictureSize } from '../resize.ts'
import { decodePicture } from './decode.ts'
import { byName } from './folder.ts'
import type { MemoryBudget } from './memory.ts'
import type { Entry } from './splitting.ts'

/** Decoders at work at a time: two keep the pool busy while one waits for the disk, and bound the memory. */
const concurrency = 4

export interface Decoded {
  /** The entries that could be read, in order. */
  readonly good: readonly Entry[]
  /** [good, height, width, channels] */
  readonly images: Uint8Array
  /** In the order of their names. */
  readonly broken: readonly PictureError[]
  /** Of the good ones, how many are in color. */
  readonly colored: number
}

export interface DecodeOptions {
  readonly size: PictureSize
  readonly onProgress?: ((progress: { readonly decoded: number; readonly total: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** What the memory for decoding is taken from; default: the budget of the process. */
  readonly memory?: MemoryBudget | undefined
}

/** @param images memory for all entries; pictures that follow a broken one move up */
export async function decodeAll(
  entries: readonly Entry[],
  images: Uint8Array,
  { size, onProgress, signal, memory }: DecodeOptions,
): Promise<Decoded> {
  const bytes = volumeSize(size)
  if (images.length !== entries.length * bytes)
    throw new ArgumentError('the memory for the images has the wrong length', {
      received: `${images.length} bytes`,
      expected: `${entries.length * bytes} bytes`,
    })
  const errors = new Map<number, PictureError>()
  let colored = 0
  let decoded = 0
  let next = 0
  const worker = async () => {
    for (let i = next++; i < entries.length; i = next++) {
      try {
        signal?.throwIfAborted()
        const picture = await decodePicture((entries[i] as Entry).file, size, { memory })
        images.set(picture.pixels, i * bytes)
        if (picture.colored) colored++
      } catch (error) {
        if (!(error instanceof PictureError)) {
          next = entries.length // The others stop, too.
          throw error
        }
        errors.set(i, error)
      }
      onProgress?.({ decoded: ++decoded, total: entries.length })
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  const good: Entry[] = []
  entries.forEach((entry, from) => {
    if (errors.has(from)) return
    const to = good.push(entry) - 1
    if (from !== to) images.copyWithin(to * bytes, from * bytes, (from + 1) * bytes)
  })
  const broken = [...errors.values()].sort((a, b) => byName(a.file, b.file))
  return { good, images: images.subarray(0, good.length * bytes), broken, colored }
}
