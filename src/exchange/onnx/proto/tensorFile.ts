/** A tensor in a file of its own (`input_0.pb`), as ONNX's test cases have them. */

import type { StoredTensor } from '../../../model/safetensors.ts'
import { ForeignFileError } from '../../errors.ts'
import { readMessage } from '../../protobuf.ts'
import { tensorOf } from './tensor.ts'

/** @throws {ForeignFileError} not a tensor, or its values are in another file */
export function readTensorFile(bytes: Uint8Array): StoredTensor {
  const tensor = tensorOf((visit) => readMessage(bytes, visit))
  if ('stored' in tensor) return tensor.stored
  throw new ForeignFileError('the tensor has no values', { received: 'external data', expected: 'values in the file' })
}
