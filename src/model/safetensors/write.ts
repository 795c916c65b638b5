/**
 * Writes safetensors. Deterministic: the same tensors in the same order give the same bytes. Values are F32; a tensor that was
 * read (`StoredTensor`) is written as it is stored.
 */

import { printShape, sizeOf } from '../../core/shapes.ts'
import { SafetensorsError } from '../errors.ts'
import type { StoredTensor, Tensor } from './tensor.ts'

/**
 * The file in parts, in order, for writing a large one without building it in memory: the header, then each tensor's bytes
 * as a view of its values, which are asked for only when their turn comes. Views on shared memory stay such views. Whoever
 * takes the parts must be done with one before its values change.
 * @throws {SafetensorsError} a tensor has the reserved name `__metadata__`; while the parts are taken, values do not fit
 *   their shape
 */
export function safetensorsParts(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
): Iterable<Uint8Array> {
  const header = encodeHeader(tensors, metadata)
  return {
    *[Symbol.iterator]() {
      yield header
      for (const [name, tensor] of tensors) {
        if (isStored(tensor)) {
          yield tensor.bytes
          continue
        }
        const { shape, values } = tensor
        if (values.length !== sizeOf(shape)) {
          throw new SafetensorsError(`${name}: wrong number of values`, {
            received: `${values.length}`,
            expected: `${sizeOf(shape)}, ${printShape(shape)}`,
          })
        }
        yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      }
    },
  }
}

/** The whole file. Throws as `safetensorsParts` does. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const parts = [...safetensorsParts(tensors, metadata)]
  const file = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  return file
}

function isStored(tensor: Tensor): tensor is StoredTensor {
  return 'byteLength' in tensor
}

function encodeHeader(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  // Without a prototype, so that a tensor may be called `__proto__`.
  const entries: Record<string, unknown> = Object.create(null)
  entries.__metadata__ = metadata
  let offset = 0
  for (const [name, tensor] of tensors) {
    const { shape } = tensor
    if (name === '__metadata__') {
      throw new SafetensorsError('a tensor has a name that the format reserves', { received: name })
    }
    const end = offset + (isStored(tensor) ? tensor.byteLength : 4 * sizeOf(shape))
    entries[name] = { dtype: isStored(tensor) ? tensor.dtype : 'F32', shape, data_offsets: [offset, end] }
    offset = end
  }
  const encoded = new TextEncoder().encode(JSON.stringify(entries))
  // Values start at a multiple of eight, as the format asks; the header is padded with spaces.
  const length = Math.ceil(encoded.length / 8) * 8
  const header = new Uint8Array(8 + length).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true)
  header.set(encoded, 8)
  return header
}
