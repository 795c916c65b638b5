/**
 * Pictures that are not in memory: a file, or in a page a Blob or a file of the origin's private file system. A split has
 * either its bytes or a store; batches read from it what they need, some steps ahead.
 */
import { checksum, sumOf } from '../core/checksum.ts'
import { ArgumentError } from '../core/errors.ts'
import { type Volume, volumeSize } from '../core/shapes.ts'
import { DatasetError } from './errors.ts'

export interface PictureStore {
  /** Number of pictures. */
  readonly count: number
  /** Bytes of each: height × width × channels. */
  readonly bytesEach: number
  /** [count, 2]: the checksum of each picture, as `sumOf` gives it. It tells one data set from another. */
  readonly sums: Uint32Array
  /**
   * Reads some pictures, in any order.
   *
   * @param indexes [n]
   * @param out [n, bytesEach]
   * @throws {DatasetError} they cannot be read, or are not those that were stored
   */
  read(indexes: ArrayLike<number>, out: Uint8Array): Promise<void>
}

/** Sixteen digits of all pictures, in their order. */
export function digestOf({ sums }: Pick<PictureStore, 'sums'>): string {
  return checksum([new Uint8Array(sums.buffer, sums.byteOffset, sums.byteLength)])
}

/** Some pictures of a store, in this order, as a store; nothing is read. */
export function pickFrom(store: PictureStore, indexes: ArrayLike<number>): PictureStore {
  const rows = Uint32Array.from(indexes)
  const sums = new Uint32Array(2 * rows.length)
  rows.forEach((row, i) => {
    sums.set(store.sums.subarray(2 * row, 2 * row + 2), 2 * i)
  })
  return {
    count: rows.length,
    bytesEach: store.bytesEach,
    sums,
    read: (picked, out) =>
      store.read(
        Uint32Array.from(picked, (index) => rows[index] as number),
        out,
      ),
  }
}

/** Stores one after another. */
export function joinStores(stores: readonly PictureStore[]): PictureStore {
  const [first] = stores
  if (first === undefined) throw new ArgumentError('there are no stores to join', { expected: 'at least one' })
  const count = stores.reduce((sum, store) => sum + store.count, 0)
  const sums = new Uint32Array(2 * count)
  const starts: number[] = []
  let at = 0
  for (const store of stores) {
    sums.set(store.sums, 2 * at)
    starts.push(at)
    at += store.count
  }
  const { bytesEach } = first
  return {
    count,
    bytesEach,
    sums,
    async read(indexes, out) {
      for (let i = 0; i < indexes.length; i++) {
        const index = indexes[i] as number
        const which = starts.findLastIndex((start) => start <= index)
        const into = out.subarray(i * bytesEach, (i + 1) * bytesEach)
        await (stores[which] as PictureStore).read([index - (starts[which] as number)], into)
      }
    },
  }
}

/** Pictures in memory as a store. */
export function storeOf(images: Uint8Array, bytesEach: number): PictureStore {
  const count = images.length / bytesEach
  const sums = new Uint32Array(2 * count)
  for (let i = 0; i < count; i++) sums.set(sumOf(images.subarray(i * bytesEach, (i + 1) * bytesEach)), 2 * i)
  return {
    count,
    bytesEach,
    sums,
    async read(indexes, out) {
      for (let i = 0; i < indexes.length; i++) {
        const from = (indexes[i] as number) * bytesEach
        out.set(images.subarray(from, from + bytesEach), i * bytesEach)
      }
    },
  }
}

/**
 * Some pictures of a split, wherever they are.
 *
 * @returns images [n, height, width, channels]
 */
export async function readPictures(
  split: Volume & { readonly images: Uint8Array; readonly store?: PictureStore | undefined },
  indexes: readonly number[],
): Promise<Volume & { readonly images: Uint8Array }> {
  const { height, width, channels } = split
  const bytesEach = volumeSize(split)
  const images = new Uint8Array(indexes.length * bytesEach)
  if (split.store === undefined)
    indexes.forEach((index, i) => {
      images.set(split.images.subarray(index * bytesEach, (index + 1) * bytesEach), i * bytesEach)
    })
  else await split.store.read(indexes, images)
  return { height, width, channels, images }
}

/** A Blob or File, such as `await handle.getFile()` of the origin's private file system; or `openAsBlob` of Node. */
export interface Sliceable {
  readonly size: number
  slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> }
}

/**
 * Pictures side by side in a Blob: [n, bytesEach]. Each is checked when it is read.
 *
 * @param sums [n, 2] of the pictures that were written
 * @throws {DatasetError} another length than the sums say
 */
export function blobStore(blob: Sliceable, bytesEach: number, sums: Uint32Array): PictureStore {
  const count = sums.length / 2
  if (blob.size !== count * bytesEach)
    throw new DatasetError('the stored images have the wrong length', {
      received: `${blob.size} bytes`,
      expected: `${count} × ${bytesEach} = ${count * bytesEach} bytes`,
      advice: 'store the images again',
    })
  return {
    count,
    bytesEach,
    sums,
    async read(indexes, out) {
      await Promise.all(
        Array.from(indexes, async (index, i) => {
          const bytes = new Uint8Array(await blob.slice(index * bytesEach, (index + 1) * bytesEach).arrayBuffer())
          if (!isSame(bytes, sums, index))
            throw new DatasetError(`the stored image ${index} is damaged`, {
              received: 'other bytes than were stored',
              advice: 'store the images again',
            })
          out.set(bytes, i * bytesEach)
        }),
      )
    },
  }
}

/** Whether the bytes are those of picture `index`. */
export function isSame(bytes: Uint8Array, sums: Uint32Array, index: number): boolean {
  const [a, b] = sumOf(bytes)
  return a === sums[2 * index] && b === sums[2 * index + 1]
}
