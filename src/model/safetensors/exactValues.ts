/** The values of a tensor without rounding. Apart from the tensor, as pages that only predict never need them. */

import { sizeOf } from '../../core/shapes.ts'
import { SafetensorsError } from '../errors.ts'
import { checkDecoded, decode, type StoredTensor } from './tensor.ts'

/**
 * The values of a tensor without rounding, in row-major order: every type that is decoded fits into a float64, but for 64-bit
 * integers beyond ±2^53. Decoded at each call.
 *
 * @throws {SafetensorsError} an integer does not fit, or the type is not decoded
 */
export function exactValues(tensor: StoredTensor): Float64Array {
  const { name, dtype, shape } = tensor
  checkDecoded(name, dtype)
  const values = decode(dtype, tensor.bytes, new Float64Array(sizeOf(shape)))
  const lost = /^[IU]64$/.test(dtype) ? values.findIndex((value) => !Number.isSafeInteger(value)) : -1
  if (lost === -1) return values
  throw new SafetensorsError(`${name}: an integer is too large to be exact`, {
    received: `${dtype} ${values[lost]}, value ${lost}`,
    expected: 'at most 2^53 − 1 in magnitude',
    advice: `read its bytes as ${dtype === 'I64' ? 'BigInt64Array' : 'BigUint64Array'}`,
  })
}
