/**
 * The optimizers by the names a person uses, one row each: defaults (PyTorch's; see `rate` of SGD), the state each
 * parameter carries, what changes from step to step, and the update. Plan and train ask the row; only this table knows
 * the names. Numbers are declared in numbers.ts.
 */

import { power } from '../../core/math.ts'
import type { ArraySpec, Value } from '../types.ts'
import { adadelta } from './adadelta/op.ts'
import { emitMuon } from './muon/rule.ts'
import type { OptimizerNumberName } from './numbers.ts'
import { adagrad, adam, rmsprop, sgd } from './op.ts'
import type { OptimizerRow, ParameterUpdate, StateSpec } from './rule.ts'

// Lets each row see exactly the numbers it declares.
const row = <N extends OptimizerNumberName>(value: OptimizerRow<N>): OptimizerRow<N> => value

/** PyTorch had no default rate for SGD for years, then 1e-3; 0.01 is what its examples and the notes work with. */
const sgdRate = 0.01

function momentumRow(nesterov: boolean) {
  return row({
    defaults: { rate: sgdRate, momentum: 0.9, weightDecay: 0 },
    states: ({ momentum }, parameter) => (momentum === 0 ? [] : alike(parameter, 'velocity')),
    emit({ momentum, weightDecay }, update, { emit }) {
      emit(sgd, { weightDecay: decayOf(update, weightDecay), momentum, nesterov }, ...arrays(update))
    },
  })
}

function adamRow(decoupled: boolean, decay: number) {
  return row({
    defaults: { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: decay },
    states: (_, parameter) => alike(parameter, 'mean', 'squares'),
    scalars: ({ beta1, beta2 }, step) => ({
      biasCorrection1: 1 - power(beta1, step),
      biasCorrection2: 1 - power(beta2, step),
    }),
    emit({ beta1, beta2, epsilon, weightDecay }, update, { emit }) {
      const attributes = { weightDecay: decayOf(update, weightDecay), beta1, beta2, epsilon, decoupled }
      emit(adam, attributes, ...arrays(update))
    },
  })
}

export const optimizers = {
  sgd: row({
    defaults: { rate: sgdRate, weightDecay: 0 },
    states: () => [],
    emit({ weightDecay }, update, { emit }) {
      emit(sgd, { weightDecay: decayOf(update, weightDecay), momentum: 0, nesterov: false }, ...arrays(update))
    },
  }),
  momentum: momentumRow(false),
  nesterov: momentumRow(true),
  adagrad: row({
    defaults: { rate: 0.01, epsilon: 1e-10, weightDecay: 0 },
    states: (_, parameter) => alike(parameter, 'squares'),
    emit({ epsilon, weightDecay }, update, { emit }) {
      emit(adagrad, { weightDecay: decayOf(update, weightDecay), epsilon }, ...arrays(update))
    },
  }),
  rmsprop: row({
    defaults: { rate: 0.01, smoothing: 0.99, epsilon: 1e-8, momentum: 0, weightDecay: 0 },
    states: ({ momentum }, parameter) => alike(parameter, 'squares', ...(momentum === 0 ? [] : ['velocity'])),
    emit({ smoothing, epsilon, momentum, weightDecay }, update, { emit }) {
      const attributes = { weightDecay: decayOf(update, weightDecay), smoothing, epsilon, momentum }
      emit(rmsprop, attributes, ...arrays(update))
    },
  }),
  adam: adamRow(false, 0),
  adamw: adamRow(true, 0.01),
  adadelta: row({
    defaults: { rate: 1, smoothing: 0.9, epsilon: 1e-6, weightDecay: 0 },
    states: (_, parameter) => alike(parameter, 'squares', 'moves'),
    emit({ smoothing, epsilon, weightDecay }, update, { emit }) {
      emit(adadelta, { weightDecay: decayOf(update, weightDecay), smoothing, epsilon }, ...arrays(update))
    },
  }),
  // Rate and momentum are those of Jordan's own runs; torch.optim.Muon starts from a rate of 0.001.
  muon: row({
    defaults: { rate: 0.02, momentum: 0.95, nsSteps: 5, filterNorm: 0, weightDecay: 0 },
    states: (_, parameter) => alike(parameter, 'velocity'),
    // Filters and hidden FC layers; the layer that gives the scores does better with a rule for each weight (Jordan et al.).
    suits: ({ decays, isHead = false, shape }) => decays && !isHead && shape.length >= 2,
    // The ratio of the rates in Jordan's runs.
    otherwise: ({ rate, weightDecay }) => ({ kind: 'adamw', rate: 0.015 * rate, weightDecay }),
    emit: ({ weightDecay, ...numbers }, update, tape) =>
      emitMuon({ ...numbers, weightDecay: decayOf(update, weightDecay) }, update, tape),
  }),
} as const

export type OptimizerKind = keyof typeof optimizers
export const optimizerKinds = Object.keys(optimizers) as readonly OptimizerKind[]

/** The optimizers that have a number. */
export function kindsWith(name: string): readonly OptimizerKind[] {
  return optimizerKinds.filter((kind) => Object.hasOwn(optimizers[kind].defaults, name))
}

/** State arrays of the parameter's shape. */
function alike({ shape }: ArraySpec, ...names: readonly string[]): readonly StateSpec[] {
  return names.map((name) => ({ name, shape, dtype: 'f32' }))
}

function decayOf({ decay }: ParameterUpdate, weightDecay: number): number {
  return decay ? weightDecay : 0
}

function arrays({ parameter, gradient, scalars, states }: ParameterUpdate): [inputs: Value[], updates: Value[]] {
  return [
    [gradient, scalars],
    [parameter, ...states],
  ]
}
