/** The values of an array of a file as float32. */

import type { Bytes } from '../../core/bytes.ts'
import type { Shape } from '../../core/shapes.ts'
import { storedTensor } from '../../model/safetensors/tensor.ts'
import type { StoredTensor } from '../../model/safetensors.ts'
import type { Dataset } from '../hdf5/file.ts'
import { unread } from '../hdf5/source.ts'
import type { KerasArray } from './weights.ts'

/** An array of bytes that are read when it is filled. */
export function arrayOf(name: string, dtype: string, shape: Shape, bytes: Bytes): KerasArray {
  // A new view each time: the values of one that is kept would stay in memory beside the model's own.
  return { shape, fill: (into) => tensorOf(name, dtype, shape, bytes).fill(into) }
}

export function datasetArray({ path, shape, datatype, values }: Dataset): KerasArray {
  return arrayOf(path, typeOf(path, datatype), shape, values)
}

export function datasetTensor({ path, shape, datatype, values }: Dataset): StoredTensor {
  return tensorOf(path, typeOf(path, datatype), shape, values)
}

function typeOf(path: string, { dtype, text }: Dataset['datatype']): string {
  if (dtype === undefined) throw unread(`values of another kind in ${path}`, text, 'floats and integers')
  return dtype
}

function tensorOf(name: string, dtype: string, shape: Shape, bytes: Bytes): StoredTensor {
  return storedTensor(name, { dtype, shape, from: 0, to: bytes.length }, bytes)
}
