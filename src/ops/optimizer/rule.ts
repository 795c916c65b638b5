/**
 * How an optimizer updates one parameter: the arrays that it keeps for the parameter, and the steps that it emits. A row
 * of table.ts describes an optimizer before its numbers are known; an `UpdateRule` is what follows for one parameter.
 */

import type { Shape } from '../../core/shapes.ts'
import type { ScalarValues } from '../scalars.ts'
import type { ArraySpec, Emit, Value } from '../types.ts'
import type { OptimizerNumberName, OptimizerNumbers } from './numbers.ts'

/** An array that a parameter carries from step to step. All zeros at the start. */
export interface StateSpec {
  /** Unique within the rule: `velocity`. The plan's buffer is `<parameter>.<name>`. */
  readonly name: string
  readonly shape: Shape
  readonly dtype: 'f32'
}

/** What a rule is chosen by. */
export interface ParameterFacts extends ArraySpec {
  /** What its layer says: true for weights, false for biases and norms, also where all parameters decay. */
  readonly decays: boolean
  /** Whether it is a weight of the layer that gives the scores. */
  readonly isHead?: boolean
}

/** The values of one parameter's update. */
export interface ParameterUpdate {
  readonly parameter: Value
  readonly gradient: Value
  /** f32 [SCALAR_COUNT] */
  readonly scalars: Value
  /** In the order of the rule's `states`. */
  readonly states: readonly Value[]
  /** Whether weight decay applies: by default not to biases and norms. */
  readonly decay: boolean
}

/** What an update may do. */
export interface UpdateTape {
  readonly emit: Emit
  /** The same memory in another shape. */
  view(value: Value, shape: Shape): Value
}

/**
 * An optimizer for one parameter. Where scalars[gradientScale] is 0 its steps leave parameter and states as they are,
 * bit for bit, even where the gradient holds NaN; also where scalars[paused] is 1.
 */
export interface UpdateRule {
  readonly states: readonly StateSpec[]
  /** Emits the steps, one or several, that update the parameter and its states. */
  emit(update: ParameterUpdate, tape: UpdateTape): void
}

type Numbers<N extends OptimizerNumberName> = Readonly<Pick<OptimizerNumbers, N>>

/** An optimizer whose numbers `N` are not yet fixed. */
interface Row<N extends OptimizerNumberName> {
  /** Every number it takes, with the value used when none is given. */
  readonly defaults: Numbers<N>
  states(numbers: Numbers<N>, parameter: ArraySpec): readonly StateSpec[]
  /** What the host writes for step t = 1, 2, … in addition to learning rate and gradient scale; absent: nothing. */
  scalars?(numbers: Numbers<N>, step: number): ScalarValues
  emit(numbers: Numbers<N>, update: ParameterUpdate, tape: UpdateTape): void
}

/** An optimizer for some parameters only (Muon: for filter matrices) leaves the rest to another one. */
interface Division<N extends OptimizerNumberName> {
  /** Whether the row's own rule updates this parameter. */
  suits(parameter: ParameterFacts): boolean
  /**
   * The optimizer of the other parameters: its kind, and numbers that are not to be its defaults. It has a learning rate
   * and scalars of its own.
   */
  otherwise(numbers: Numbers<N>): OtherOptimizer
}

/** `OptimizerSettings`, but for the kind's type: the kinds are the table's, which is made of rows. */
export interface OtherOptimizer extends Partial<OptimizerNumbers> {
  readonly kind: string
}

export type OptimizerRow<N extends OptimizerNumberName = OptimizerNumberName> = Row<N> &
  (Division<N> | { readonly suits?: undefined; readonly otherwise?: undefined })
