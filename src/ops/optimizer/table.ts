/**
 * The optimizers by the names a person uses, one row each: defaults (PyTorch's; see `rate` of SGD), the state each
 * parameter carries, what changes from step to step, and the update step. Plan and train ask the row; only this table
 * knows the names.
 */

import type { ScalarValues } from '../scalars.ts'
import type { Emit, Value } from '../types.ts'
import { adagrad, adam, rmsprop, sgd } from './op.ts'

/** The numbers that an optimizer may have. */
export interface OptimizerNumbers {
  /** η, the learning rate that schedules start from. */
  readonly rate: number
  /** λ of the weight decay (L2; decoupled in adamw). */
  readonly weightDecay: number
  /** Share of the velocity that is kept. */
  readonly momentum: number
  /** Share of the running mean of squares that RMSProp keeps (α of PyTorch). */
  readonly smoothing: number
  /** Share of the running mean of gradients, and of their squares, that Adam keeps. */
  readonly beta1: number
  readonly beta2: number
  /** Added to the root, against division by 0. */
  readonly epsilon: number
}

/** One array that a parameter carries from step to step: as long as the parameter, all zeros at the start. */
export type StateName = 'velocity' | 'squares' | 'mean'

/** The values of one parameter's update step. */
export interface ParameterUpdate {
  readonly parameter: Value
  readonly gradient: Value
  readonly scalars: Value
  /** In the order of `states`. */
  readonly states: readonly Value[]
  /** False for biases and norms, which do not decay. */
  readonly decay: boolean
}

/** A row: an optimizer whose numbers `N` are not yet fixed. */
export interface OptimizerRow<N extends keyof OptimizerNumbers = keyof OptimizerNumbers> {
  /** Every number it takes, with the value used when none is given. */
  readonly defaults: Readonly<Pick<OptimizerNumbers, N>>
  states(numbers: Readonly<Pick<OptimizerNumbers, N>>): readonly StateName[]
  /** What the host writes for step t = 1, 2, … besides learning rate and gradient scale; absent: nothing. */
  scalars?(numbers: Readonly<Pick<OptimizerNumbers, N>>, step: number): ScalarValues
  emit(numbers: Readonly<Pick<OptimizerNumbers, N>>, update: ParameterUpdate, emit: Emit): void
}

// Lets each row see exactly the numbers it declares.
const row = <N extends keyof OptimizerNumbers>(value: OptimizerRow<N>): OptimizerRow<N> => value

type Momentum = 'rate' | 'weightDecay' | 'momentum'

/** PyTorch had no default rate for SGD for years, then 1e-3; 0.01 is what its examples and the notes work with. */
const sgdRate = 0.01

function momentumRow(nesterov: boolean): OptimizerRow<Momentum> {
  return row<Momentum>({
    defaults: { rate: sgdRate, momentum: 0.9, weightDecay: 0 },
    states: ({ momentum }) => (momentum === 0 ? [] : ['velocity']),
    emit({ momentum, weightDecay }, update, emit) {
      emit(sgd, { ...shared(update, weightDecay), momentum, nesterov }, ...arrays(update))
    },
  })
}

type Adam = 'rate' | 'weightDecay' | 'beta1' | 'beta2' | 'epsilon'

function adamRow(decoupled: boolean, weightDecay: number): OptimizerRow<Adam> {
  return row<Adam>({
    defaults: { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay },
    states: () => ['mean', 'squares'],
    scalars: ({ beta1, beta2 }, step) => ({
      biasCorrection1: 1 - beta1 ** step,
      biasCorrection2: 1 - beta2 ** step,
    }),
    emit({ beta1, beta2, epsilon, weightDecay }, update, emit) {
      emit(adam, { ...shared(update, weightDecay), beta1, beta2, epsilon, decoupled }, ...arrays(update))
    },
  })
}

export const optimizers = {
  sgd: row({
    defaults: { rate: sgdRate, weightDecay: 0 },
    states: () => [],
    emit({ weightDecay }, update, emit) {
      emit(sgd, { ...shared(update, weightDecay), momentum: 0, nesterov: false }, ...arrays(update))
    },
  }),
  momentum: momentumRow(false),
  nesterov: momentumRow(true),
  adagrad: row({
    defaults: { rate: 0.01, epsilon: 1e-10, weightDecay: 0 },
    states: () => ['squares'],
    emit({ epsilon, weightDecay }, update, emit) {
      emit(adagrad, { ...shared(update, weightDecay), epsilon }, ...arrays(update))
    },
  }),
  rmsprop: row({
    defaults: { rate: 0.01, smoothing: 0.99, epsilon: 1e-8, momentum: 0, weightDecay: 0 },
    states: ({ momentum }) => (momentum === 0 ? ['squares'] : ['squares', 'velocity']),
    emit({ smoothing, epsilon, momentum, weightDecay }, update, emit) {
      emit(rmsprop, { ...shared(update, weightDecay), smoothing, epsilon, momentum }, ...arrays(update))
    },
  }),
  adam: adamRow(false, 0),
  adamw: adamRow(true, 0.01),
} as const

export type OptimizerKind = keyof typeof optimizers
export const optimizerKinds = Object.keys(optimizers) as readonly OptimizerKind[]

function shared({ parameter, decay }: ParameterUpdate, weightDecay: number): { count: number; weightDecay: number } {
  const count = parameter.shape.reduce((product, length) => product * length, 1)
  return { count, weightDecay: decay ? weightDecay : 0 }
}

function arrays({ parameter, gradient, scalars, states }: ParameterUpdate): [inputs: Value[], updates: Value[]] {
  return [
    [gradient, scalars],
    [parameter, ...states],
  ]
}
