/** Numbers as 16-bit floats (IEEE 754 binary16), rounded to the nearest, ties to even. */

import { ArgumentError } from '../core/errors.ts'
import { type Shape, sizeOf } from '../core/shapes.ts'
import { bytesMade } from '../core/storedBytes.ts'
import { storedTensor } from '../model/safetensors/tensor.ts'
import type { StoredTensor } from '../model/safetensors.ts'

/** The largest finite one. */
const largest = 65504

/** Below this a float32 becomes zero or a subnormal half, whose last place is 2^-24: the smallest normal half. */
const smallestNormal = 2 ** -14

/**
 * Little-endian, two bytes each.
 *
 * @param name of the weight, for the message
 * @throws {ArgumentError} a value is beyond ±65504
 */
export function halfBytes(values: Float32Array, name: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * values.length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < values.length; i++) view.setUint16(2 * i, halfOf(values[i] as number, name), true)
  return bytes
}

/** A weight stored as 16-bit floats, made of `values()` when it is used; its `values` are the rounded ones. Throws as `halfBytes` does, then. */
export function halfTensor(name: string, shape: Shape, values: () => Float32Array): StoredTensor {
  const length = 2 * sizeOf(shape)
  return storedTensor(
    name,
    { dtype: 'F16', shape, from: 0, to: length },
    bytesMade(length, () => halfBytes(values(), name)),
  )
}

const single = new Float32Array(1)
const bitsOfSingle = new Uint32Array(single.buffer)

function halfOf(value: number, name: string): number {
  single[0] = value
  const bits = bitsOfSingle[0] as number
  const sign = (bits >>> 16) & 0x8000
  const magnitude = Math.abs(value)
  if (Number.isNaN(value)) return sign | 0x7e00
  if (magnitude === Number.POSITIVE_INFINITY) return sign | 0x7c00
  // The multiplication is exact; a sum that rounds up to 2^10 is the smallest normal half, as it should be.
  if (magnitude < smallestNormal) return sign | toEven(magnitude * 2 ** 24)
  const fraction = bits & 0x7fffff
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15
  const half = exponent * 1024 + toEven(fraction / 2 ** 13)
  if (half < 0x7c00) return sign | half
  throw new ArgumentError(`${name} does not fit into 16-bit floats`, {
    received: `${value}`,
    expected: `values up to ${largest} in magnitude`,
    advice: 'write the model without --half',
  })
}

function toEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0)
}
