/** safetensors files, read and written with every type as it is. */

import { readSafetensors, type StoredTensor } from '../../model/safetensors.ts'
import { ForeignFileError } from '../errors.ts'
import type { ModelFiles, TensorFile } from '../types.ts'

/** @throws {SafetensorsError} */
export async function readSafetensorsFile(files: ModelFiles): Promise<TensorFile> {
  return { tensors: readSafetensors(await files.read()).tensors, notes: [] }
}

/** Values begin at a multiple of 8 bytes; larger types first, so that each is aligned. */
export function* writeSafetensorsFile(tensors: ReadonlyMap<string, StoredTensor>): Generator<Uint8Array> {
  const sorted = [...tensors].sort(([, a], [, b]) => widthOf(b) - widthOf(a))
  let at = 0
  const entries = sorted.map(([name, { dtype, shape, bytes }]) => {
    if (name === '__metadata__') throw new ForeignFileError('an array has a name that the format keeps for itself', { received: name })
    const from = at
    at += bytes.length
    return [name, { dtype, shape, data_offsets: [from, at] }] as const
  })
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)))
  const header = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true)
  header.set(text, 8)
  yield header
  for (const [, { bytes }] of sorted) yield bytes
}

function widthOf({ dtype }: StoredTensor): number {
  return Number(/\d+$/.exec(dtype)?.[0] ?? 8)
}
