/**
 * How the arrays of a PyTorch state dict correspond to a network's weights. A state dict names modules in the order in
 * which they were registered; a family of the zoo lists them in the order of our nodes. Each layer
 * declares the arrays of its module (`ParameterSpec.pytorch`).
 */

import { ArgumentError } from '../core/errors.ts'
import { type Shape, sizeOf } from '../core/shapes.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'

/** One of our weights and the array of a state dict that holds it. */
export interface StateDictRow {
  /** Ours: `conv1.filters`. */
  readonly weight: string
  /** Our shape: [F, F, C/groups, K]. */
  readonly shape: Shape
  /** Theirs: `layer1.0.conv1.weight`. */
  readonly key: string
  /** Which of our axes each of theirs is; axes that PyTorch flattens are listed one by one. */
  readonly axes: readonly number[]
  /** Theirs: [K, C/groups, F, F]. */
  readonly theirs: Shape
}

/**
 * The rows of a network, in its order. `modules` has the module of every node with weights, in the network's order. Throws
 * `ArgumentError` where their number differs.
 */
export function stateDictRows(network: Network, modules: readonly string[]): readonly StateDictRow[] {
  const nodes = inferVolumes(network).filter(({ parameters }) => parameters.length > 0)
  if (nodes.length !== modules.length) {
    throw new ArgumentError('the modules do not correspond to the layers with weights', {
      received: `${modules.length} modules`,
      expected: `${nodes.length}`,
    })
  }
  return nodes.flatMap(({ node, parameters }, index) =>
    parameters.map(({ name, shape, pytorch = { key: name } }) => {
      const { key, axes = shape.map((_, axis) => axis), flattens } = pytorch
      const turned = axes.map((axis) => shape[axis] as number)
      return {
        weight: `${node.name}.${name}`,
        shape,
        key: [modules[index], key].filter(Boolean).join('.'),
        axes,
        theirs: flattens ? [turned[0] as number, sizeOf(turned.slice(1))] : turned,
      }
    }),
  )
}

/** Values in PyTorch's order → in ours. Throws `ArgumentError` where their number is wrong. */
export function fromPytorch(values: ArrayLike<number>, row: StateDictRow): Float32Array {
  const ours = new Float32Array(checkedSize(values, row.key, row.shape))
  arrangedAsOurs(values, row, ours)
  return ours
}

/** As `fromPytorch`, into an array of the weight's size. */
export function arrangedAsOurs(
  values: ArrayLike<number>,
  { key, shape, axes }: StateDictRow,
  ours: Float32Array,
): void {
  checkedSize(values, key, shape)
  eachRow(shape, axes, (our, their, count, stride) => {
    for (let i = 0; i < count; i++) ours[our + i] = values[their + i * stride] as number
  })
}

/** Values in our order → in PyTorch's. Throws `ArgumentError` where their number is wrong. */
export function toPytorch(values: ArrayLike<number>, { weight, shape, axes }: StateDictRow): Float32Array {
  const theirs = new Float32Array(checkedSize(values, weight, shape))
  eachRow(shape, axes, (our, their, count, stride) => {
    for (let i = 0; i < count; i++) theirs[their + i * stride] = values[our + i] as number
  })
  return theirs
}

function checkedSize({ length }: ArrayLike<number>, name: string, shape: Shape): number {
  const size = sizeOf(shape)
  if (length === size) return size
  throw new ArgumentError(`${name}: wrong number of values`, { received: `${length}`, expected: `${size}` })
}

/**
 * Visits the rows of our last axis: where a row starts in our array and in theirs, how many elements it has, and how far
 * apart they are in theirs.
 */
function eachRow(
  shape: Shape,
  axes: readonly number[],
  visit: (our: number, their: number, count: number, stride: number) => void,
): void {
  const strides = shape.map(() => 1)
  let stride = 1
  for (const axis of axes.toReversed()) {
    strides[axis] = stride
    stride *= shape[axis] ?? 1
  }
  const [lastCount = 1, lastStride = 1] = [shape.at(-1), strides.at(-1)]
  const index = shape.slice(0, -1).map(() => 0)
  const total = sizeOf(shape)
  let their = 0
  for (let our = 0; our < total; our += lastCount) {
    visit(our, their, lastCount, lastStride)
    for (let axis = index.length - 1; axis >= 0; axis--) {
      const [at = 0, count = 1, step = 1] = [index[axis], shape[axis], strides[axis]]
      if (at + 1 < count) {
        index[axis] = at + 1
        their += step
        break
      }
      index[axis] = 0
      their -= at * step
    }
  }
}
