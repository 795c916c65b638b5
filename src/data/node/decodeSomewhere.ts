/** Decodes pictures into memory if they fit there, and to the disk if they do not. */
import { volumeSize } from '../../core/shapes.ts'
import type { PictureError } from '../errors.ts'
import type { PictureStore } from '../store.ts'
import { decodeAll } from './decodeAll.ts'
import { type DecodedOptions, decodeToDisk } from './decodedCache.ts'
import { MemoryBudget } from './memory.ts'
import type { Entry } from './splitting.ts'

export interface DecodedImages {
  /** The entries that could be read, in order. */
  readonly good: readonly Entry[]
  readonly images: Uint8Array | PictureStore
  /** In the order of their names. */
  readonly broken: readonly PictureError[]
  /** Of the good ones, how many are in color. */
  readonly colored: number
  /** The folder on the disk, where one was used. */
  readonly stored?: string
}

export interface SomewhereOptions extends Omit<DecodedOptions, 'memory'> {
  readonly memoryLimit?: number | undefined
  /** On the disk, too, if they fit into memory: the next start reads them there. */
  readonly keepDecoded?: boolean | undefined
}

/** @param root the folder of the pictures */
export async function decodeSomewhere(
  root: string,
  entries: readonly Entry[],
  options: SomewhereOptions,
): Promise<DecodedImages> {
  const { size, keepDecoded = false } = options
  const memory = new MemoryBudget(options.memoryLimit)
  const bytes = entries.length * volumeSize(size)
  const space = memory.keep(bytes) ? allocated(bytes) : undefined
  if (space !== undefined && !keepDecoded) return decodeAll(entries, space, { ...options, memory })
  const { store, folder: stored, ...rest } = await decodeToDisk(root, entries, { ...options, memory })
  if (space === undefined) return { ...rest, images: store, stored }
  const images = space.subarray(0, store.count * store.bytesEach)
  await store.read(
    Array.from({ length: store.count }, (_, i) => i),
    images,
  )
  return { ...rest, images, stored }
}

/** Undefined where this process cannot have so much. */
function allocated(bytes: number): Uint8Array | undefined {
  try {
    return new Uint8Array(bytes)
  } catch {
    return undefined
  }
}
