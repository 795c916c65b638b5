/**
 * IDX, the format of MNIST's files (LeCun, Cortes, Burges: "The MNIST database"): two zero bytes, a type byte, the
 * number of axes, one big-endian 32-bit length an axis, then the values. Only bytes (type 0x08) occur in picture sets.
 */
import { printable } from '../core/text.ts'
import { IdxError, TruncatedFileError } from './errors.ts'

const unsignedByte = 0x08

export interface IdxArray {
  /** Lengths per axis, slowest first. */
  readonly shape: readonly number[]
  /** A view into the file, nothing is copied. */
  readonly values: Uint8Array
}

/** What the header of an IDX file says. */
export interface IdxHeader {
  readonly shape: readonly number[]
  readonly headerBytes: number
  /** Of the whole file. */
  readonly fileBytes: number
}

/** Bytes of the longest header, of four axes. */
export const longestIdxHeader = 20

/**
 * Reads the header only.
 *
 * @param start the first bytes: `longestIdxHeader` of them, or the whole file where it is shorter
 * @throws {IdxError} another format, another type, invalid lengths
 * @throws {TruncatedFileError} it ends in the header
 */
export function parseIdxHeader(start: Uint8Array, name: string): IdxHeader {
  if (start.length < 4) throw new TruncatedFileError(name, start.length, 4)
  const [zero, zeroToo, type, axes] = start as unknown as [number, number, number, number]
  if (zero !== 0 || zeroToo !== 0 || type !== unsignedByte || axes < 1 || axes > 4)
    throw new IdxError(`${printable(name)} is not an IDX file of bytes`, {
      received: `first bytes ${[zero, zeroToo, type, axes].map((b) => b.toString(16).padStart(2, '0')).join(' ')}`,
      expected: '00 00 08, then 1 for labels or 3 for images',
      advice: 'give the official file, packed (.gz) or unpacked',
    })
  const headerBytes = 4 + 4 * axes
  if (start.length < headerBytes) throw new TruncatedFileError(name, start.length, headerBytes)
  const view = new DataView(start.buffer, start.byteOffset, headerBytes)
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis))
  const size = shape.reduce((product, length) => product * length, 1)
  if (size === 0 || !Number.isSafeInteger(size))
    throw new IdxError(`${printable(name)}: its header is invalid`, {
      received: `lengths ${shape.join(' × ')}`,
      expected: 'lengths from 1 whose product is the number of bytes that follow',
    })
  return { shape, headerBytes, fileBytes: headerBytes + size }
}

/**
 * Reads an unpacked IDX file of bytes. The header is believed only as far as the file is long, and nothing is allocated.
 *
 * @throws {IdxError} another format, another type, invalid lengths
 * @throws {TruncatedFileError} fewer bytes than the header says
 */
export function parseIdx(file: Uint8Array, name: string): IdxArray {
  const { shape, headerBytes, fileBytes } = parseIdxHeader(file, name)
  if (file.length < fileBytes) throw new TruncatedFileError(name, file.length, fileBytes)
  if (file.length > fileBytes)
    throw new IdxError(`${printable(name)} has more bytes than its header says`, {
      received: `${file.length} bytes`,
      expected: `${fileBytes} bytes (${shape.join(' × ')} values and the header)`,
    })
  return { shape, values: file.subarray(headerBytes) }
}
