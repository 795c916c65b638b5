/** Arrays of numbers as NumPy saves them (.npy), read without a copy where their bytes allow it, and written. */

import { asBytes, type Bytes } from '../../core/bytes.ts'
import { printShape, type Shape } from '../../core/shapes.ts'
import { bytesMade } from '../../core/storedBytes.ts'
import { storedTensor } from '../../model/safetensors/tensor.ts'
import type { StoredTensor } from '../../model/safetensors.ts'
import { ForeignFileError } from '../errors.ts'
import { descrOf, numpyType, readTypes } from './dtypes.ts'
import { cut, longestHeader, magic, readHeader } from './header.ts'

/**
 * The array of an .npy file. Its bytes are a view of the file's, unless they are big-endian or in Fortran order.
 *
 * @param name of the array, for messages
 * @throws {ForeignFileError} the file is damaged, or its values are no numbers
 */
export function readNpy(bytes: Uint8Array | Bytes, name = 'array'): StoredTensor {
  const file = asBytes(bytes)
  const { type, fortranOrder, shape, start, size } = describe(file.read(0, headBytes), file.length, name)
  const entry = { dtype: type.dtype, shape, from: 0, to: size }
  const values = file.slice(start)
  const turns = fortranOrder && shape.length > 1
  if (!type.bigEndian && !turns) return storedTensor(name, entry, values)
  const ordered = () => {
    const read = type.bigEndian ? swapped(values.read(), type.bytes) : values.read()
    return turns ? fromFortran(read, shape, type.bytes) : read
  }
  return storedTensor(name, entry, file.array === undefined ? bytesMade(size, ordered) : ordered())
}

/** How much of a file `checkNpy` needs. */
export const headBytes = 12 + longestHeader

/**
 * Whether an .npy file of `length` bytes is one, by its first bytes: what is compressed need not be unpacked to be refused.
 * @param start `headBytes` of the file, or all of it
 * @throws {ForeignFileError} as `readNpy` does
 */
export function checkNpy(start: Uint8Array, length: number, name: string): void {
  describe(start, length, name)
}

/** @param length of the whole file, in bytes */
function describe(file: Uint8Array, length: number, name: string) {
  const { descr, fortranOrder, shape, start } = readHeader(file, name)
  const type = numpyType(descr)
  if (type === undefined) {
    throw new ForeignFileError(`${name}: values of this type are not read`, {
      received: descr,
      expected: `${readTypes}, little-endian or big-endian`,
      advice: descr.endsWith('O') ? 'these are Python objects; save an array of numbers' : 'x.astype("float32")',
    })
  }
  const size = checkedSize(name, shape, type.bytes)
  const found = length - start
  if (size > found) throw cut(name, length, start + size)
  if (size < found) {
    throw new ForeignFileError(`${name}: the .npy array has more bytes than its header says`, {
      received: `${found} bytes of values`,
      expected: `${size}, ${printShape(shape)} ${descr}`,
      advice: 'save the array again',
    })
  }
  return { type, fortranOrder, shape, start, size }
}

/** The number of bytes, exactly, though lengths may be anything. */
function checkedSize(name: string, shape: Shape, bytes: number): number {
  // Also of an empty array, [huge, huge, 0], all products must be exact.
  const size = shape.reduce((product, length) => Math.max(1, length) * product, bytes)
  if (Number.isSafeInteger(size)) return shape.includes(0) ? 0 : size
  throw new ForeignFileError(`${name}: a shape beyond any memory`, {
    received: printShape(shape),
    expected: 'fewer than 2^53 bytes',
  })
}

function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const result = new Uint8Array(bytes.length)
  for (let at = 0; at < bytes.length; at += width)
    for (let i = 0; i < width; i++) result[at + i] = bytes[at + width - 1 - i] as number
  return result
}

/** From first axis fastest to last axis fastest. */
function fromFortran(bytes: Uint8Array, shape: Shape, width: number): Uint8Array {
  const result = new Uint8Array(bytes.length)
  const index = shape.map(() => 0)
  const strides: number[] = []
  shape.reduce((stride, length, axis) => {
    strides[axis] = stride
    return stride * length
  }, width)
  let from = 0
  for (let to = 0; to < result.length; to += width) {
    for (let i = 0; i < width; i++) result[to + i] = bytes[from + i] as number
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [at = 0, length = 1, stride = 0] = [index[axis], shape[axis], strides[axis]]
      if (at + 1 < length) {
        index[axis] = at + 1
        from += stride
        break
      }
      index[axis] = 0
      from -= at * stride
    }
  }
  return result
}

/** The parts of an .npy file, version 1. Types that NumPy does not have become float32. */
export function npyParts(tensor: StoredTensor): readonly Uint8Array[] {
  const own = descrOf(tensor.dtype)
  const values = own === undefined ? tensor.values : undefined
  const shape = tensor.shape.length === 1 ? `(${tensor.shape[0]},)` : `(${tensor.shape.join(', ')})`
  const header = `{'descr': '${own ?? '<f4'}', 'fortran_order': False, 'shape': ${shape}, }`
  // Values start at a multiple of 64, as NumPy writes them; the header ends with a line break.
  const length = Math.ceil((10 + header.length + 1) / 64) * 64
  const start = new Uint8Array(length).fill(0x20)
  start.set([...magic, 1, 0])
  new DataView(start.buffer).setUint16(8, length - 10, true)
  start.set(new TextEncoder().encode(header), 10)
  start[length - 1] = 0x0a
  return [
    start,
    values === undefined ? tensor.bytes : new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  ]
}
