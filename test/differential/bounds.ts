/**
 * How far a kernel's results may be from the reference's on the very same inputs: ε₃₂ · terms · magnitude, with the
 * largest magnitude that is met on the way to an array's values. For sums of products that is the sum of the products'
 * magnitudes: the reference run on |inputs| (Higham, "Accuracy and Stability of Numerical Algorithms", 3.1). One row an
 * op, so that a new op without a row does not compile.
 */

import { sizeOf } from '../../src/core/shapes.ts'
import { lastAxis } from '../../src/ops/arrays.ts'
import type { Conv2dGeometry } from '../../src/ops/conv2d/geometry.ts'
import { ops, type StepKind } from '../../src/ops/ops.ts'
import type { Attributes, ReferenceData, StepSpec } from '../../src/ops/types.ts'
import type { Window } from '../../src/ops/window.ts'
import { largest } from './fault.ts'
import { normBounds, normGradientBounds, trackedBounds, trackedSumBounds } from './normBounds.ts'
import { type BoundRow, type Bounds, epsilon } from './rounding.ts'

/** So many roundings of values of the results' own magnitude. */
const own =
  (terms: number | ((step: StepSpec<Attributes>) => number)): BoundRow =>
  (step, { outputs, updates }) => {
    const count = typeof terms === 'number' ? terms : terms(step)
    return [...outputs, ...updates].map((values) => 2 * epsilon * count * largest(values))
  }

/** The same where old values and new ones may cancel: what is added to the old is at most as large as both together. */
const updated =
  (terms: number): BoundRow =>
  (_step, { updates }, before) =>
    updates.map((values, i) => 2 * epsilon * terms * (largest(values) + largest(before[i] ?? [])))

/** The same of given magnitudes. */
const of =
  (terms: number, magnitude: (data: ReferenceData) => number): BoundRow =>
  (_step, data) =>
    [...data.outputs, ...data.updates].map(() => 2 * epsilon * terms * magnitude(data))

/** Sums of products. `signed`: inputs that only decide and are not added up. */
const sums =
  (terms: (step: StepSpec<Attributes>) => number, signed: readonly number[] = []): BoundRow =>
  (step, data) => {
    const outputs = data.outputs.map(({ length }) => new Float64Array(length))
    const inputs = data.inputs.map((values, i) => (signed.includes(i) ? values : values.map(Math.abs)))
    const kind = kindOf(step)
    // A bound at the store would hide the magnitudes below it.
    const attributes = 'activation' in step.attributes ? { ...step.attributes, activation: 'none' } : step.attributes
    ops[kind].reference({ ...step, attributes }, { inputs, outputs, updates: [] })
    return outputs.map((values) => 2 * epsilon * terms(step) * largest(values))
  }

const kinds = new WeakMap<StepSpec<Attributes>, StepKind>()
const kindOf = (step: StepSpec<Attributes>) => kinds.get(step) as StepKind

const windowOf = ({ attributes }: StepSpec<Attributes>) => (attributes as { readonly window: Window }).window
const area = (step: StepSpec<Attributes>) => windowOf(step).kernel[0] * windowOf(step).kernel[1]
const geometry = ({ attributes }: StepSpec<Attributes>) => attributes as Conv2dGeometry
const rows = ({ inputs }: StepSpec<Attributes>, i: number) =>
  sizeOf(inputs[i]?.shape ?? []) / (inputs[i]?.shape.at(-1) ?? 1)
const classes = ({ inputs: [x] }: StepSpec<Attributes>) => (x ? lastAxis(x) : 1)
const input =
  (i: number) =>
  ({ inputs }: ReferenceData) =>
    largest(inputs[i] ?? [])

export const boundRows: Readonly<Record<StepKind, BoundRow>> = {
  // A norm in the filters takes four operations more: its mean is subtracted, which is a sum of magnitudes, too.
  conv2d: (step, data) => {
    const count = 'norm' in step.attributes ? 4 : 0
    const mean = step.inputs.length - 2
    const inputs = count === 0 ? data.inputs : data.inputs.map((v, i) => (i === mean ? v.map((m) => -Math.abs(m)) : v))
    const each = (s: typeof step) => (area(s) * geometry(s).channels) / geometry(s).groups + 1 + count
    return sums(each, count === 0 ? [] : [mean])(step, { ...data, inputs }, [])
  },
  'conv2d.inputGradient': sums((step) => (area(step) * geometry(step).filters) / geometry(step).groups),
  'conv2d.filterGradient': sums((step) => rows(step, 1)),
  channelSum: sums((step) => rows(step, 0)),
  add: sums(() => 2),
  concat: own(0),
  'channels.slice': own(0),
  'channels.widen': own(0),
  dropout: own(2),
  pointwise: of(4, ({ inputs: [x = []], outputs: [y = []] }) => Math.max(largest(y), Math.min(largest(x), 1))),
  'pointwise.gradient': of(8, input(1)),
  maxPool: own(0),
  'maxPool.gradient': sums(area, [0]),
  averagePool: sums(area),
  'averagePool.gradient': sums(area),
  softmax: own((step) => classes(step) + 4),
  'softmax.gradient': (step, data) => of(classes(step) + 4, (d) => 2 * input(0)(d) * input(1)(d))(step, data, []),
  // Each loss is a difference of two scores and a logarithm; hits are whole numbers.
  crossEntropy: (step, data) => {
    const each = sizeOf(step.inputs[0]?.shape ?? []) / sizeOf(step.inputs[1]?.shape ?? [1])
    const slack = 2 * epsilon * (each + 4)
    return [slack * (2 * input(0)(data) + Math.log(each)), 0, slack]
  },
  'crossEntropy.gradient': of(4, ({ inputs: [, labels = []] }) => 1 / labels.length),
  batchNorm: normBounds,
  'batchNorm.gradient': normGradientBounds,
  'batchNorm.inference': trackedBounds,
  'batchNorm.inference.inputGradient': own(4),
  'batchNorm.inference.parameterGradient': trackedSumBounds,
  'optimizer.sgd': updated(16),
  'optimizer.adagrad': updated(16),
  'optimizer.rmsprop': updated(16),
  'optimizer.adam': updated(16),
  'clip.norms': own(2),
  'clip.scale': own(4),
  'loss.guard': own(1),
}

export function boundsOf(kind: StepKind, ...[step, data, before]: Parameters<BoundRow>): Bounds {
  kinds.set(step, kind)
  return boundRows[kind](step, data, before)
}
