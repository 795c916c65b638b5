/**
 * PyTorch's tensors: views of a storage by offset, shape and strides, which may be transposed, repeated and shared. Here they
 * become arrays in dense order: views where their values lie so already, and otherwise copied when they are first used.
 */

import { printShape, type Shape, sizeOf } from '../../core/shapes.ts'
import { printable } from '../../core/text.ts'
import { storedTensor } from '../../model/safetensors/tensor.ts'
import type { StoredTensor } from '../../model/safetensors.ts'
import { invalid } from './invalid.ts'
import { Call, Persistent } from './pickleValues.ts'
import { dtypeOf, isWhole, storageOf, widthOf } from './storage.ts'

/** (storage, offset, shape, strides, requires_grad, hooks, and the type from version 3 on) */
const rebuilds = ['_rebuild_tensor', '_rebuild_tensor_v2', '_rebuild_tensor_v3'].map((name) => `torch._utils.${name}`)
/** (tensor, requires_grad, hooks, state) */
const parameters = ['_rebuild_parameter', '_rebuild_parameter_with_state'].map((name) => `torch._utils.${name}`)
/** (function, class, its arguments, state): tensors with attributes of their own */
const typed = 'torch._tensor._rebuild_from_type_v2'

export const tensorNames: readonly string[] = [...rebuilds, ...parameters, typed]

/** The description of a tensor: what its function was called with, without the parameters around it. */
export function tensorCall(value: unknown): Call | undefined {
  let call = value
  // A parameter of a parameter does not occur; in a hostile file, one may even be its own.
  for (let depth = 0; depth < 4 && call instanceof Call; depth++) {
    if (rebuilds.includes(call.name)) return call
    const [first, , args] = call.args
    if (parameters.includes(call.name)) call = first
    else if (call.name === typed && hasName(first) && Array.isArray(args)) call = new Call(first.name, args)
    else return undefined
  }
  return undefined
}

const hasName = (value: unknown): value is { name: string } =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'

/** Whole storages by their keys. Throws `ForeignFileError` where there is none. */
export type FindStorage = (key: string) => Uint8Array

/** @param name for messages @throws {ForeignFileError} the description is invalid, or values lie beyond their storage */
export function tensorOf(name: string, { args }: Call, find: FindStorage): StoredTensor {
  const [reference, start, shape, strides, , , type] = args
  if (!(reference instanceof Persistent && isWhole(start) && isShape(shape) && isShape(strides)))
    throw invalid(`${printable(name)} with an invalid description`, 'a storage, an offset, a shape and strides')
  const storage = storageOf(reference)
  const dtype = storage.dtype ?? dtypeOf(type)
  if (dtype === undefined || shape.length !== strides.length)
    throw invalid(`${printable(name)} without a type, or with too few strides`, 'a type, and a stride for each axis')
  const bytes = find(storage.key)
  const width = widthOf(dtype)
  const [offset, size] = [storage.offset + start, exactSize(name, shape)]
  // Strides are not negative, so this is the last value.
  const last = offset + shape.reduce((sum, side, axis) => sum + (side - 1) * (strides[axis] as number), 0)
  if (size > 0 && !((last + 1) * width <= bytes.length))
    throw invalid(`${printable(name)}, which reads value ${last} of ${bytes.length / width}`, 'values in the storage')
  const entry = { dtype, shape, from: 0, to: size * width }
  if (size === 0) return storedTensor(name, entry, bytes.subarray(0, 0))
  if (isDense(shape, strides)) return storedTensor(name, entry, bytes.subarray(offset * width, (offset + size) * width))
  return lazily(dtype, shape, size * width, () =>
    storedTensor(name, entry, gathered(bytes, width, offset, shape, strides)),
  )
}

function exactSize(name: string, shape: Shape): number {
  // Also of an empty array, [huge, huge, 0], all products must be exact.
  if (Number.isSafeInteger(shape.reduce((product, side) => product * Math.max(1, side), 8))) return sizeOf(shape)
  throw invalid(`${printable(name)} of shape ${printShape(shape)}`, 'fewer than 2^53 bytes')
}

function isDense(shape: Shape, strides: Shape): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false
    expected *= shape[axis] as number
  }
  return true
}

/** Tensors that are made when their values are first asked for. */
function lazily(dtype: string, shape: Shape, byteLength: number, make: () => StoredTensor): LazyTensor {
  let made: StoredTensor | undefined
  const tensor = () => {
    made ??= make()
    return made
  }
  return {
    dtype,
    shape,
    byteLength,
    get bytes() {
      return tensor().bytes
    },
    get values() {
      return tensor().values
    },
    decoded: () => make().decoded(),
    exactValues: () => tensor().exactValues(),
  }
}

interface LazyTensor extends StoredTensor {
  readonly byteLength: number
}

/** How many bytes a tensor will take beside its storage. */
export function copiedBytes(tensor: StoredTensor): number {
  return 'byteLength' in tensor ? (tensor as LazyTensor).byteLength : 0
}

/** The values in the order of the shape, from where the strides say. */
function gathered(bytes: Uint8Array, width: number, offset: number, shape: Shape, strides: Shape): Uint8Array {
  const out = new Uint8Array(sizeOf(shape) * width)
  const index = shape.map(() => 0)
  let from = offset * width
  for (let to = 0; to < out.length; to += width) {
    for (let byte = 0; byte < width; byte++) out[to + byte] = bytes[from + byte] as number
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [at = 0, side = 1, stride = 0] = [index[axis], shape[axis], strides[axis]]
      if (at + 1 < side) {
        index[axis] = at + 1
        from += stride * width
        break
      }
      index[axis] = 0
      from -= at * stride * width
    }
  }
  return out
}

/** As many axes as PyTorch allows. */
const mostAxes = 64

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= mostAxes && value.every(isWhole)
}
