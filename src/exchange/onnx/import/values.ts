/**
 * What a name in an ONNX graph stands for while the graph is read: numbers that are known, or an activation. A tensor's
 * dimensions are products of parts of our axes (n, h, w, c), so transposes and reshapes only rename, and cost nothing.
 */

import { sizeOf } from '../../../core/shapes.ts'
import { exactValues } from '../../../model/safetensors/exactValues.ts'
import type { StoredTensor } from '../../../model/safetensors/tensor.ts'
import type { LayerDraft, Wire } from '../../networkBuilder.ts'
import type { OnnxNode } from '../proto/model.ts'

/** A multiple of the batch size, which is open. */
export class Batches {
  readonly times: number

  constructor(times: number) {
    this.times = times
  }
}

/** A known number, or a multiple of the batch size: what shape arithmetic computes with. */
export type Entry = number | Batches

export type Root = 'n' | 'h' | 'w' | 'c'

/** Part of an axis: ⌊i / stride⌋ mod size of its index i. The batch is never split. */
export interface Piece {
  readonly root: Root
  readonly size: number
  readonly stride: number
}

/** The product of its pieces, the first one outermost. Empty: 1. */
export type Dimension = readonly Piece[]

export interface Constant {
  readonly kind: 'constant'
  readonly shape: readonly number[]
  /** In row-major order. */
  entries(): ArrayLike<Entry>
  readonly isInteger: boolean
}

export interface Activation {
  readonly kind: 'activation'
  readonly wire: Wire
  readonly dimensions: readonly Dimension[]
  /** The operator that made it, for patterns of several operators. */
  readonly made?: Made | undefined
}

export interface Made {
  readonly node: OnnxNode
  readonly inputs: readonly (Value | undefined)[]
  /** The layer, where the operator became one and the next operator may complete it (a bias that is added later). */
  readonly draft?: LayerDraft | undefined
}

export type Value = Constant | Activation

export const batch: Piece = { root: 'n', size: 0, stride: 0 }

export function constant(shape: readonly number[], entries: ArrayLike<Entry>, isInteger = false): Constant {
  return { kind: 'constant', shape, entries: () => entries, isInteger }
}

/** Larger tensors are weights: they are decoded where they are copied to, and not kept, so that they are in memory once. */
const mostKept = 1 << 12

export function storedConstant(tensor: StoredTensor): Constant {
  const { dtype, shape } = tensor
  let kept: ArrayLike<number> | undefined
  return {
    kind: 'constant',
    shape,
    entries: () => {
      if (kept !== undefined) return kept
      const values = decoded(tensor)
      if (values.length <= mostKept) kept = values
      return values
    },
    isInteger: /^[IUB]/.test(dtype) && dtype !== 'BF16',
  }
}

function decoded(tensor: StoredTensor): Float64Array | Float32Array {
  return ['F32', 'F16', 'BF16'].includes(tensor.dtype) ? tensor.decoded() : rounded(tensor)
}

/** 64-bit integers beyond 2^53 stand for "no limit" (the end of a slice), so they need not be exact. */
function rounded(tensor: StoredTensor): Float64Array | Float32Array {
  if (!/^[IU]64$/.test(tensor.dtype)) return exactValues(tensor)
  const { buffer, byteOffset, byteLength } = tensor.bytes
  const view = new DataView(buffer, byteOffset, byteLength)
  const read = (at: number) => (tensor.dtype === 'I64' ? view.getBigInt64(at, true) : view.getBigUint64(at, true))
  return Float64Array.from({ length: sizeOf(tensor.shape) }, (_, index) => Number(read(8 * index)))
}

/** A whole axis. */
export function whole(root: Exclude<Root, 'n'>, size: number): Dimension {
  return size === 1 ? [] : [{ root, size, stride: 1 }]
}

/** [N, C, H, W]; a volume of one row may be [N, C, W] as well. */
export function mapDimensions({ volume: { height, width, channels } }: Wire, rank = 4): readonly Dimension[] {
  const sides = [whole('h', height), whole('w', width)]
  return [[batch], whole('c', channels), ...sides.slice(4 - rank)]
}

export function lengthOf(dimension: Dimension): Entry {
  const length = dimension.reduce((product, { root, size }) => (root === 'n' ? product : product * size), 1)
  return dimension.some(({ root }) => root === 'n') ? new Batches(length) : length
}

/** Neighboring parts of one axis as one part. */
export function joined(pieces: readonly Piece[]): Dimension {
  const out: Piece[] = []
  for (const piece of pieces) {
    const last = out.at(-1)
    if (
      last !== undefined &&
      last.root === piece.root &&
      last.root !== 'n' &&
      last.stride === piece.size * piece.stride
    )
      out[out.length - 1] = { root: piece.root, size: last.size * piece.size, stride: piece.stride }
    else out.push(piece)
  }
  return out
}

export function sameDimension(a: Dimension, b: Dimension): boolean {
  return (
    a.length === b.length &&
    a.every(({ root, size, stride }, index) => {
      const other = b[index] as Piece
      return root === other.root && size === other.size && stride === other.stride
    })
  )
}
