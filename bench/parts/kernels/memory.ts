/** Kernels that move more than they compute, on layers of real networks. */

import { sizeOf } from '../../../src/core/shapes.ts'
import { add } from '../../../src/ops/add/op.ts'
import { batchNorm, batchNormGradient } from '../../../src/ops/batchNorm/op.ts'
import { trackedNorm } from '../../../src/ops/batchNorm/tracked.ts'
import { concat } from '../../../src/ops/channels/op.ts'
import { dropout } from '../../../src/ops/dropout/op.ts'
import { adam, sgd } from '../../../src/ops/optimizer/op.ts'
import { pointwise, pointwiseGradient } from '../../../src/ops/pointwise/op.ts'
import { outputShape } from '../../../src/ops/pool/attributes.ts'
import { averagePool, maxPool, maxPoolGradient } from '../../../src/ops/pool/op.ts'
import { scalarsSpec, seedSpec } from '../../../src/ops/scalars.ts'
import { softmax } from '../../../src/ops/softmax/op.ts'
import { f32 } from '../../../src/ops/specs.ts'
import type { ArraySpec } from '../../../src/ops/types.ts'
import { windowOn } from '../../../src/ops/window.ts'
import { oneRow } from './arithmetic.ts'
import { type KernelRow, kernelRow } from './row.ts'

const print = (shape: readonly number[]) => shape.join('×')

/** ResNet-20's first stage. */
const stage = [128, 32, 32, 16] as const
const x = f32(...stage)

function norms(rows: number, channels: number) {
  const attributes = { epsilon: 1e-5, activation: 'relu' } as const
  const shape = print([rows, channels])
  const [x, c] = [f32(rows, channels), f32(channels)]
  return {
    training: kernelRow({
      name: 'batch norm + ReLU, training',
      shape,
      op: batchNorm,
      attributes: { ...attributes, momentum: 0.1 },
      inputs: [x, c, c],
      updates: [c, c],
      positive: [4],
    }),
    gradient: kernelRow({
      name: 'batch norm + ReLU, gradient',
      shape,
      op: batchNormGradient,
      attributes,
      inputs: [x, x, c, c, c, c],
      positive: [5],
    }),
    inference: kernelRow({
      name: 'batch norm + ReLU, inference',
      shape,
      op: trackedNorm,
      attributes,
      inputs: [x, c, c, c, c],
      positive: [4],
    }),
  }
}

function pools([batch, height, width, channels]: readonly [number, number, number, number], kernel: number, pad = 0) {
  const stride = kernel === width ? 1 : 2
  const window = windowOn(
    { kernel: [kernel, kernel], stride: [stride, stride], padding: [pad, pad, pad, pad], dilation: [1, 1] },
    { height, width, channels },
  )
  const attributes = { window }
  const input = f32(batch, height, width, channels)
  const output = f32(...outputShape(attributes, input))
  const shared = { shape: print([batch, height, width, channels]), attributes }
  const name = `max pool ${kernel}×${kernel}`
  return {
    max: kernelRow({ ...shared, name, op: maxPool, inputs: [input] }),
    maxGradient: kernelRow({ ...shared, name: `${name}, gradient`, op: maxPoolGradient, inputs: [input, output] }),
    average: kernelRow({ ...shared, name: 'average pool, whole map', op: averagePool, inputs: [input] }),
  }
}

/** VGG-16's conv4: 512 filters of 3×3×512. */
const count = 9 * 512 * 512
const p = f32(count)
const update = { shape: `${count.toLocaleString('en-US')} values`, inputs: [p, scalarsSpec] } as const

const [early, late] = [norms(128 * 32 * 32, 16), norms(128 * 8 * 8, 64)]
const [halving, overlapping] = [pools([128, 32, 32, 32], 2), pools([8, 112, 112, 64], 3, 1)]

export const memoryRows: readonly KernelRow[] = [
  kernelRow({ name: 'ReLU', shape: print(stage), op: pointwise, attributes: { function: 'relu' }, inputs: [x] }),
  kernelRow({
    name: 'ReLU, gradient',
    shape: print(stage),
    op: pointwiseGradient,
    attributes: { function: 'relu' },
    inputs: [x, x],
  }),
  kernelRow({ name: 'add + ReLU', shape: print(stage), op: add, attributes: { activation: 'relu' }, inputs: [x, x] }),
  early.training,
  early.gradient,
  late.training,
  late.gradient,
  early.inference,
  halving.max,
  halving.maxGradient,
  overlapping.max,
  overlapping.maxGradient,
  pools([32, 7, 7, 512], 7).average,
  kernelRow({
    name: 'softmax',
    shape: print([128, 1000]),
    op: softmax,
    attributes: {},
    inputs: [f32(128, 1000)],
  }),
  kernelRow({
    name: 'concat',
    shape: '25,088 × (64 + 128 + 32 + 32)',
    op: concat,
    attributes: {},
    inputs: [64, 128, 32, 32].map((channels) => f32(25088, channels)),
  }),
  kernelRow({
    name: 'dropout',
    shape: print([128, 4096]),
    op: dropout,
    attributes: { rate: 0.5, stream: 1 },
    inputs: [f32(128 * 4096), seedSpec],
  }),
  kernelRow({
    ...update,
    name: 'SGD with momentum',
    op: sgd,
    attributes: { weightDecay: 5e-4, momentum: 0.9, nesterov: false },
    updates: [p, p],
    positive: [1],
  }),
  kernelRow({
    ...update,
    name: 'Adam',
    op: adam,
    attributes: { weightDecay: 0, decoupled: false, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    updates: [p, p, p],
    positive: [1, 4],
  }),
  oneRow,
]

/** All that a step must read and write, each array once; one that reads an array twice shows a lower speed. */
export function movedBytes(row: KernelRow): number {
  return arrayBytes(row) + bytes(row.updates)
}

/** Of all arrays of a step. */
export function arrayBytes({ op, attributes, inputs, updates }: KernelRow): number {
  return bytes([...inputs, ...op.outputs(attributes, inputs), ...updates])
}

function bytes(arrays: readonly ArraySpec[]): number {
  return arrays.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0)
}
