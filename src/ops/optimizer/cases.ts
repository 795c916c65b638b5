/** Optimizer cases: every rule with and without its options, on every remainder and on several tiles. */

import type { Random } from '../../core/random.ts'
import { type OpCase, opCase } from '../cases.ts'
import { SCALAR_COUNT, scalarSlots, scalarsSpec } from '../scalars.ts'
import { f32 } from '../specs.ts'
import type { Attributes, Op } from '../types.ts'
import { adadelta } from './adadelta/op.ts'
import type { OptimizerAttributes } from './attributes.ts'
import { adagrad, adam, rmsprop, sgd } from './op.ts'

/** One rule, and which of its updates are means of squares. */
interface Rule {
  readonly name: string
  readonly row: Pick<OpCase, 'op' | 'attributes'>
  readonly states: readonly ('signed' | 'squares')[]
  /** Those that people use most are timed. */
  readonly timed: boolean
}

function rule<A extends OptimizerAttributes>(
  name: string,
  op: Op<A>,
  states: Rule['states'],
  attributes: NoInfer<A>,
  timed = false,
): Rule {
  return { name, row: opCase({ name, op, attributes, inputs: [], terms: 0 }), states, timed }
}

const adamNumbers = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
const rmspropNumbers = { smoothing: 0.99, epsilon: 1e-8 }

const rules: readonly Rule[] = [
  rule('plain', sgd, [], { weightDecay: 0, momentum: 0, nesterov: false }),
  rule('decay', sgd, [], { weightDecay: 0.01, momentum: 0, nesterov: false }),
  rule('momentum', sgd, ['signed'], { weightDecay: 5e-4, momentum: 0.9, nesterov: false }, true),
  rule('nesterov', sgd, ['signed'], { weightDecay: 5e-4, momentum: 0.9, nesterov: true }),
  rule('plain', adagrad, ['squares'], { weightDecay: 0, epsilon: 1e-10 }),
  rule('decay', adagrad, ['squares'], { weightDecay: 0.1, epsilon: 1e-10 }),
  rule('plain', rmsprop, ['squares'], { weightDecay: 0, momentum: 0, ...rmspropNumbers }),
  rule('momentum, decay', rmsprop, ['squares', 'signed'], { weightDecay: 0.1, momentum: 0.9, ...rmspropNumbers }),
  rule('plain', adadelta, ['squares', 'squares'], { weightDecay: 0, smoothing: 0.9, epsilon: 1e-6 }),
  rule('decay', adadelta, ['squares', 'squares'], { weightDecay: 0.1, smoothing: 0.9, epsilon: 1e-6 }),
  rule('plain', adam, ['signed', 'squares'], { weightDecay: 0, decoupled: false, ...adamNumbers }),
  rule('decay', adam, ['signed', 'squares'], { weightDecay: 0.1, decoupled: false, ...adamNumbers }),
  rule('decoupled decay', adam, ['signed', 'squares'], { weightDecay: 0.1, decoupled: true, ...adamNumbers }, true),
]

const lengths = [
  { name: 'one value', count: 1 },
  { name: 'seven values', count: 7 },
  { name: 'a prime number of values, two tiles', count: 4339 },
]
const bench = { name: 'VGG-16, conv2_2', count: 9 * 128 * 128, bench: 'vgg16' }

/** Rate 0.1, gradients halved, and Adam's corrections of the third step. */
const scalarValues = Array.from({ length: SCALAR_COUNT }, () => 0)
scalarValues[scalarSlots.learningRate] = 0.1
scalarValues[scalarSlots.gradientScale] = 0.5
scalarValues[scalarSlots.biasCorrection1] = 1 - 0.9 ** 3
scalarValues[scalarSlots.biasCorrection2] = 1 - 0.999 ** 3

export const cases: readonly OpCase<Attributes>[] = rules.flatMap(({ name, states, timed, row }) =>
  (timed ? [...lengths, bench] : lengths).map((length) => ({
    op: row.op,
    attributes: row.attributes,
    name: `${name}, ${length.name}`,
    inputs: [f32(length.count), scalarsSpec],
    updates: [f32(length.count), ...states.map(() => f32(length.count))],
    // The longest way through a rule has fewer roundings.
    terms: 16,
    fill(random: Random, array: number, element: number) {
      if (array === 1) return scalarValues[element]
      // Parameters away from 0, so that a step does not cancel one and leave its rounding alone.
      if (array === 2) return Math.sign(random.normal()) * (2 + random.next())
      // Squares away from 0 too: of a gradient that λ·p nearly cancels, √s would keep the rounding alone.
      return states[array - 3] === 'squares' ? 0.1 + random.normal() ** 2 : undefined
    },
    ...('bench' in length ? { bench: `${length.bench}, ${name}` } : {}),
  })),
)
