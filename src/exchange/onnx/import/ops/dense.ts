/** Fully connected layers: Gemm, and MatMul by a constant. The rows of the weights follow the order in which values were flattened. */

import { printShape, sizeOf } from '../../../../core/shapes.ts'
import type { WeightSource } from '../../../../model/weightSource.ts'
import type { LayerDraft, Wire } from '../../../networkBuilder.ts'
import { type Context, Obstacle } from '../context.ts'
import { broadcast, indexer } from '../fold.ts'
import type { Handlers } from '../handler.ts'
import {
  type Activation,
  batch,
  type Constant,
  type Dimension,
  joined,
  lengthOf,
  sameDimension,
  whole,
} from '../values.ts'
import { indexIn } from './affine.ts'

export const dense: Handlers = {
  Gemm(context) {
    if (context.int('transA', 0) !== 0) throw new Obstacle('transA: rows that are not images')
    const x = context.activation(0)
    const isTurned = context.int('transB', 0) !== 0
    const weights = context.constant(1, 'the weights')
    const draft = fullyConnected(x, weights, isTurned, context.float('alpha', 1))
    const beta = context.float('beta', 1)
    const units = draft.parts?.count as number
    if (!context.has(2) || beta === 0) return [finished(context, draft)]
    return [finished(context, withBias(draft, context.constant(2, 'the biases'), units, beta))]
  },

  MatMul(context) {
    const x = context.activation(0)
    const weights = context.constant(1, 'the weights')
    if (x.dimensions.length === 2) return [finished(context, fullyConnected(x, weights, false, 1))]
    return [atPositions(context, x, weights)]
  },
}

function finished(context: Context, draft: LayerDraft): Activation {
  const wire = context.add(draft)
  return context.made(wire, [[batch], whole('c', wire.volume.channels)], draft)
}

function fullyConnected(x: Activation, weights: Constant, isTurned: boolean, alpha: number): LayerDraft {
  const [n = [], ...rest] = x.dimensions
  const rows = joined(rest.flat())
  if (weights.shape.length !== 2)
    throw new Obstacle(`weights of ${weights.shape.length} dimensions; a matrix is expected`)
  const [first = 0, second = 0] = weights.shape
  const [inputs, units] = isTurned ? [second, first] : [first, second]
  const length = lengthOf(rows)
  if (x.dimensions.length !== 2 || !sameDimension(n, [batch]) || length !== inputs)
    throw new Obstacle(
      `weights of ${printShape(weights.shape)} for ${typeof length === 'number' ? length : 'a batch of'} values`,
    )
  return {
    word: 'FC',
    parts: { count: units, flags: ['nobias'] },
    inputs: [x.wire],
    weights: { filters: rowsOf(x.wire, rows, weights, isTurned, units, alpha) },
  }
}

/** The matrix with its rows in the order of our volume. */
function rowsOf(
  { volume: { height, width, channels } }: Wire,
  rows: Dimension,
  weights: Constant,
  isTurned: boolean,
  units: number,
  alpha: number,
): WeightSource {
  const inputs = height * width * channels
  return {
    shape: [height, width, channels, units],
    fill(into) {
      const values = weights.entries() as ArrayLike<number>
      let at = 0
      for (let h = 0; h < height; h++)
        for (let w = 0; w < width; w++)
          for (let c = 0; c < channels; c++) {
            const row = indexIn(rows, { n: 0, h, w, c })
            for (let unit = 0; unit < units; unit++)
              into[at++] = alpha * (values[isTurned ? unit * inputs + row : row * units + unit] as number)
          }
    },
  }
}

function withBias(draft: LayerDraft, bias: Constant, units: number, beta: number): LayerDraft {
  const shape = broadcast(bias.shape, [1, units])
  if (sizeOf(shape) !== units) throw new Obstacle(`biases of ${printShape(bias.shape)} for ${units} neurons`)
  const at = indexer(bias.shape, shape)
  const values = { shape: [units], fill: (into: Float32Array) => fillBias(into, bias, at, beta) }
  return { ...draft, parts: { ...draft.parts, flags: [] }, weights: { ...draft.weights, bias: values } }
}

function fillBias(into: Float32Array, bias: Constant, at: (index: number) => number, beta: number): void {
  const values = bias.entries() as ArrayLike<number>
  for (let unit = 0; unit < into.length; unit++) into[unit] = beta * (values[at(unit)] as number)
}

/** [.., C] by a matrix [C, K] at every position: a 1×1 convolution. */
function atPositions(context: Context, x: Activation, weights: Constant): Activation {
  const last = x.dimensions.at(-1) ?? []
  const { channels } = x.wire.volume
  const [inputs = 0, units = 0] = weights.shape
  if (weights.shape.length !== 2 || inputs !== channels || !sameDimension(last, whole('c', channels)))
    throw new Obstacle(`a product by ${printShape(weights.shape)} along an axis that is not the channels`)
  const draft: LayerDraft = {
    word: 'CONV',
    parts: { size: [1], count: units, flags: ['nobias'] },
    inputs: [x.wire],
    weights: {
      filters: { shape: [1, 1, channels, units], fill: (into) => into.set(weights.entries() as ArrayLike<number>) },
    },
  }
  return context.made(context.add(draft), x.dimensions.with(-1, whole('c', units)), draft)
}
