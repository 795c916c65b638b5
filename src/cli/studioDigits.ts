/** MNIST as the Studio fetches it: the IDX arrays of both splits, one behind the other, packed by gzip. */

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Dataset, Split } from '../data/dataset.ts'

/** The Studio's files, and every how many digits one is in them: 7,000 that load at once, and all. */
export const digitFiles: Readonly<Record<string, number>> = { 'data/digits.bin': 10, 'data/digits-whole.bin': 1 }

export async function packDigits({ train, test }: Dataset, every: number): Promise<Uint8Array> {
  const parts = [train, test].flatMap((split) => idxArrays(split, every))
  // Loopback is faster than packing well.
  return promisify(gzip)(Buffer.concat(parts), { level: 1 })
}

/** Images and labels of every `every`th digit; the classes stay as mixed as they are. */
function idxArrays({ images, labels, count, height, width }: Split, every: number): readonly Uint8Array[] {
  const size = height * width
  const kept = Math.floor(count / every)
  const pixels = new Uint8Array(kept * size)
  for (let i = 0; i < kept; i++) pixels.set(images.subarray(i * every * size, (i * every + 1) * size), i * size)
  return [
    idxHeader(kept, height, width),
    pixels,
    idxHeader(kept),
    Uint8Array.from({ length: kept }, (_, i) => labels[i * every] as number),
  ]
}

/** Of an array of bytes. */
function idxHeader(...shape: readonly number[]): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header.writeUInt8(0x08, 2)
  header.writeUInt8(shape.length, 3)
  shape.forEach((length, axis) => {
    header.writeUInt32BE(length, 4 + 4 * axis)
  })
  return header
}
