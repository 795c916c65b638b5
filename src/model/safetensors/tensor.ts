/** A tensor of a safetensors file, decoded when its values are first read. */

import { asBytes, type Bytes } from '../../core/bytes.ts'
import { type Shape, sizeOf } from '../../core/shapes.ts'
import { SafetensorsError } from '../errors.ts'
import { decodedTypes, dtypes } from './dtypes.ts'
import type { Entry } from './header.ts'

/** What is written: shape and values. */
export interface Tensor {
  readonly shape: Shape
  readonly values: Float32Array
}

/** What is read: a tensor that knows how it is stored. */
export interface StoredTensor extends Tensor {
  /** What the file calls it. */
  readonly name: string
  /** The type of the values in the file: `F32`, `BF16`, `I64`, ... */
  readonly dtype: string
  /** The values as they are in the file, little-endian: a view, or, of a file that is not in memory, read at each call. */
  readonly bytes: Uint8Array
  readonly byteLength: number
  /**
   * The values as float32, rounded where the type holds more; true is 1. Decoded on first use, then kept. Where the file
   * holds float32 and its address allows, this is a view of the file's bytes, and changes with them.
   * @throws {SafetensorsError} the type is not decoded (4 and 6 bits, complex, or unknown)
   */
  readonly values: Float32Array
  /** As `values`, but not kept: for values that are copied to their place once. A view where possible, else a new array. */
  decoded(): Float32Array
  /** The values part by part, for looking at all of them. A part is valid until the next one is asked for. */
  portions(): Iterable<Float32Array>
  /** Writes the values to an array of their number, without another array of their size. */
  fill(into: Float32Array): void
}

/** Of any tensor, as `StoredTensor.portions`. */
export function portionsOf(tensor: Tensor): Iterable<Float32Array> {
  return 'portions' in tensor ? (tensor as StoredTensor).portions() : [tensor.values]
}

/** @param bytes the tensor's bytes, as many as `entry` says */
export function storedTensor(name: string, { dtype, shape }: Entry, bytes: Uint8Array | Bytes): StoredTensor {
  return new Stored(name, dtype, shape, asBytes(bytes))
}

/** Bytes that are decoded at once, of a file that is not in memory: a multiple of every type's size. */
const portion = 2 ** 20

class Stored implements StoredTensor {
  readonly name: string
  readonly dtype: string
  readonly shape: Shape
  readonly #source: Bytes
  #values: Float32Array | undefined

  constructor(name: string, dtype: string, shape: Shape, source: Bytes) {
    this.dtype = dtype
    this.shape = shape
    this.#source = source
    this.name = name
  }

  get bytes(): Uint8Array {
    return this.#source.read()
  }

  get byteLength(): number {
    return this.#source.length
  }

  get values(): Float32Array {
    this.#values ??= this.decoded()
    return this.#values
  }

  decoded(): Float32Array {
    return this.dtype === 'F32' ? floats(this.bytes) : decode(this.dtype, this.bytes, new Float32Array(this.#count()))
  }

  *portions(): Iterable<Float32Array> {
    this.#count()
    for (const bytes of this.#source.portions(portion))
      yield this.dtype === 'F32' ? floats(bytes) : decode(this.dtype, bytes)
  }

  fill(into: Float32Array): void {
    let at = 0
    for (const part of this.portions()) {
      into.set(part, at)
      at += part.length
    }
  }

  #count(): number {
    checkDecoded(this.name, this.dtype)
    return sizeOf(this.shape)
  }
}

/**
 * Checked before anything is allocated: a type that is not decoded may have any shape.
 * @throws {SafetensorsError}
 */
export function checkDecoded(name: string, dtype: string): void {
  if (dtypes.get(dtype)?.read !== undefined) return
  throw new SafetensorsError(`${name}: values of this type are not decoded`, {
    received: dtype,
    expected: decodedTypes.join(', '),
    advice: 'convert the tensor to F32 with the tool that wrote the file',
  })
}

/** @param values where they go; default: a new array of float32 */
export function decode(dtype: string, bytes: Uint8Array): Float32Array
export function decode<Values extends Float32Array | Float64Array>(
  dtype: string,
  bytes: Uint8Array,
  values: Values,
): Values
export function decode(dtype: string, bytes: Uint8Array, given?: Float32Array | Float64Array) {
  const { read, bits } = dtypes.get(dtype) as { bits: number; read: (view: DataView, offset: number) => number }
  const values = given ?? new Float32Array((bytes.length * 8) / bits)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let i = 0; i < values.length; i++) values[i] = read(view, (i * bits) / 8)
  return values
}

function floats(bytes: Uint8Array): Float32Array {
  if (bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  const values = new Float32Array(bytes.byteLength / 4)
  new Uint8Array(values.buffer).set(bytes)
  return values
}
