/**
 * How far a kernel's results may be from the reference's on the very same inputs: ε₃₂ · terms · magnitude, with the
 * largest magnitude that is met on the way to an array's values. For sums of products that is the sum of the products'
 * magnitudes: the reference run on |inputs| (Higham, "Accuracy and Stability of Numerical Algorithms", 3.1). One row an
 * op, so that a new op without a row does not compile.
 */

import { sizeOf } from '../../src/core/shapes.ts'
import { type ArraySpec, lastAxis, picturesOf, rowsOf } from '../../src/ops/arrays.ts'
import type { Conv2dGeometry } from '../../src/ops/conv2d/geometry.ts'
import type { HingeAttributes } from '../../src/ops/hinge/attributes.ts'
import { ops, type StepKind } from '../../src/ops/ops.ts'
import type { ResampleAttributes } from '../../src/ops/resample/attributes.ts'
import type { ReferenceData } from '../../src/ops/types.ts'
import type { Window } from '../../src/ops/window.ts'
import { largest } from './fault.ts'
import { groupBounds, groupGradientBounds } from './groupBounds.ts'
import { againBounds, normBounds, normGradientBounds, trackedBounds, trackedSumBounds } from './normBounds.ts'
import { responseBounds, responseGradientBounds } from './responseBounds.ts'
import { type BoundRow, type Bounds, type Computed, epsilon } from './rounding.ts'

type Step = Computed['step']

/** So many roundings of values of the results' own magnitude. */
const own =
  (terms: number | ((step: Step) => number)): BoundRow =>
  ({ step, data: { outputs, updates } }) => {
    const count = typeof terms === 'number' ? terms : terms(step)
    return [...outputs, ...updates].map((values) => 2 * epsilon * count * largest(values))
  }

/** The same where old values and new ones may cancel: what is added to the old is at most as large as both together. */
const updated =
  (terms: number): BoundRow =>
  ({ data: { updates }, before }) =>
    updates.map((values, i) => 2 * epsilon * terms * (largest(values) + largest(before[i] ?? [])))

/** The same of given magnitudes. */
const of =
  (terms: number | ((step: Step) => number), magnitude: (data: ReferenceData) => number): BoundRow =>
  ({ step, data }) => {
    const count = typeof terms === 'number' ? terms : terms(step)
    return [...data.outputs, ...data.updates].map(() => 2 * epsilon * count * magnitude(data))
  }

/** Sums of products. `signed`: inputs that only decide and are not added up. */
const sums =
  (terms: (step: Step) => number, signed: readonly number[] = []): BoundRow =>
  ({ kind, step, data }) => {
    const outputs = data.outputs.map(({ length }) => new Float64Array(length))
    const inputs = data.inputs.map((values, i) => (signed.includes(i) ? values : values.map(Math.abs)))
    // A bound at the store would hide the magnitudes below it.
    const attributes = 'activation' in step.attributes ? { ...step.attributes, activation: 'none' } : step.attributes
    ops[kind].reference({ ...step, attributes }, { inputs, outputs, updates: [] })
    return outputs.map((values) => 2 * epsilon * terms(step) * largest(values))
  }

const windowOf = ({ attributes }: Step) => (attributes as { readonly window: Window }).window
const area = (step: Step) => windowOf(step).kernel[0] * windowOf(step).kernel[1]
const geometry = ({ attributes }: Step) => attributes as Conv2dGeometry
const rows = ({ inputs }: Step, i: number) => rowsOf(inputs[i] as ArraySpec)
/** Of one image, and one more for the product. */
const positions = (step: Step) => rows(step, 0) / (step.inputs[0]?.shape[0] ?? 1) + 1
const pictures = ({ inputs: [x] }: Step) => picturesOf(x as ArraySpec)
/** Of one image, over all positions. */
const scores = ({ inputs: [x] }: Step) => sizeOf((x as ArraySpec).shape) / picturesOf(x as ArraySpec)
const classes = ({ inputs: [x] }: Step) => lastAxis(x as ArraySpec)
/** The most outputs that an input goes to, each with a weight that was rounded, too. */
const resampled = ({ attributes }: Step) => {
  const { input, output } = attributes as ResampleAttributes
  const axis = (i: 0 | 1) => 2 * Math.ceil(output[i] / input[i]) + 2
  return axis(0) * axis(1) + 4
}
const input = ({ inputs }: ReferenceData, i: number) => largest(inputs[i] ?? [])

const boundRows: Readonly<Record<StepKind, BoundRow>> = {
  conv2d: (computed) => {
    const each = (step: Step) => (area(step) * geometry(step).channels) / geometry(step).groups + 1
    if (!('norm' in computed.step.attributes)) return sums(each)(computed)
    // A norm in the filters takes four operations more: its mean is subtracted, which is a sum of magnitudes, too.
    const { data, step } = computed
    const mean = step.inputs.length - 2
    const inputs = data.inputs.map((values, i) => (i === mean ? values.map((value) => -Math.abs(value)) : values))
    return sums((s) => each(s) + 4, [mean])({ ...computed, data: { ...data, inputs } })
  },
  'conv2d.inputGradient': sums((step) => (area(step) * geometry(step).filters) / geometry(step).groups),
  'conv2d.filterGradient': sums((step) => rows(step, 1)),
  'conv2d.transposed': sums((step) => (area(step) * geometry(step).filters) / geometry(step).groups + 1),
  local: sums((step) => area(step) * geometry(step).channels + 1),
  'local.inputGradient': sums((step) => area(step) * geometry(step).filters),
  'local.filterGradient': sums(pictures),
  'local.biasGradient': sums(pictures),
  channelSum: sums((step) => rows(step, 0)),
  add: sums(() => 2),
  maxout: own(0),
  'maxout.gradient': own(0),
  multiply: own(1),
  'multiply.channels': own(1),
  'multiply.channelsGradient': sums(positions),
  'multiply.number': own(2),
  prelu: own(1),
  'prelu.gradient': own(1),
  'prelu.slopeGradient': ({ data, step }) => {
    // Terms of both signs are added up: |x|·|dy| over all positions covers them.
    const most = input(data, 0) * input(data, 1)
    return [2 * epsilon * positions(step) ** 2 * most]
  },
  concat: own(0),
  'channels.slice': own(0),
  'channels.widen': own(0),
  permute: own(0),
  resample: of(6, (data) => input(data, 0)),
  'resample.gradient': sums(resampled),
  dropout: own(2),
  'dropout.path': own(2),
  pointwise: of(4, ({ inputs: [x = []], outputs: [y = []] }) => Math.max(largest(y), Math.min(largest(x), 1))),
  'pointwise.gradient': of(8, (data) => input(data, 1)),
  maxPool: own(0),
  'maxPool.gradient': sums(area, [0]),
  averagePool: sums(area),
  'averagePool.gradient': sums(area),
  l2Pool: own((step) => area(step) + 2),
  // Sums of dy·x/y, of magnitudes as large as they come with another sign.
  'l2Pool.gradient': sums((step) => area(step) + 4),
  softmax: own((step) => classes(step) + 4),
  'softmax.gradient': of(
    (step) => classes(step) + 4,
    (data) => 2 * input(data, 0) * input(data, 1),
  ),
  // Each loss is a difference of two scores and a logarithm; hits are whole numbers.
  crossEntropy: ({ step: { inputs }, data }) => {
    const each = sizeOf(inputs[0]?.shape ?? []) / sizeOf(inputs[1]?.shape ?? [1])
    const slack = 2 * epsilon * (each + 4)
    return [slack * (2 * input(data, 0) + Math.log(each)), 0, slack]
  },
  'crossEntropy.gradient': of(4, ({ inputs: [, labels = []] }) => 1 / labels.length),
  hinge: ({ step, data }) => {
    const { margin, squared } = step.attributes as HingeAttributes
    const slack = 2 * epsilon * (scores(step) + 4)
    const most = 2 * input(data, 0) + margin
    return [slack * (squared ? most ** 2 : most), 0, (slack * (squared ? 2 * most : 1)) / pictures(step)]
  },
  distance: ({ step, data }) => {
    const slack = 2 * epsilon * (scores(step) + 4)
    const most = input(data, 0) + input(data, 1)
    return [slack * most ** 2, (2 * slack * most) / pictures(step)]
  },
  sigmoidCrossEntropy: ({ step, data }) => {
    const slack = 2 * epsilon * (scores(step) + 8)
    return [slack * (input(data, 0) + 1), 0, slack / pictures(step)]
  },
  batchNorm: normBounds,
  'batchNorm.again': againBounds,
  'batchNorm.gradient': normGradientBounds,
  'batchNorm.inference': trackedBounds,
  'batchNorm.inference.inputGradient': own(4),
  'batchNorm.inference.parameterGradient': trackedSumBounds,
  groupNorm: groupBounds,
  'groupNorm.gradient': groupGradientBounds,
  layerNorm: groupBounds,
  'layerNorm.gradient': groupGradientBounds,
  localResponse: responseBounds,
  'localResponse.gradient': responseGradientBounds,
  'optimizer.sgd': updated(16),
  'optimizer.adagrad': updated(16),
  'optimizer.rmsprop': updated(16),
  'optimizer.adam': updated(16),
  'optimizer.adadelta': updated(16),
  'optimizer.average': updated(4),
  'optimizer.accumulate': updated(4),
  'optimizer.muon.momentum': ({ data: { outputs, updates }, before }) => {
    // The direction is made of the gradient and twice of the velocity, of the same magnitudes.
    const most = largest(updates[0] ?? []) + largest(before[0] ?? []) + largest(outputs[0] ?? [])
    return [8 * epsilon * most, 8 * epsilon * most]
  },
  'optimizer.muon.normalize': own(4),
  'optimizer.muon.polynomial': of(6, (data) => 3.5 + 4.8 * input(data, 0) + 2.1 * input(data, 1)),
  'optimizer.muon.apply': updated(16),
  'clip.norms': own(2),
  'clip.scale': own(4),
  'loss.guard': own(1),
}

export function boundsOf(computed: Computed): Bounds {
  return boundRows[computed.kind](computed)
}
