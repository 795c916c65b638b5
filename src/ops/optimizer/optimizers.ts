/** From what a person writes (`{ kind: 'adam', rate: 1e-3 }`) to an optimizer whose every number is fixed and checked. */

import { ArgumentError } from '../../core/index.ts'
import type { ScalarValues } from '../scalars.ts'
import type { Emit } from '../types.ts'
import {
  type OptimizerKind,
  type OptimizerNumbers,
  type OptimizerRow,
  optimizerKinds,
  optimizers,
  type ParameterUpdate,
  type StateName,
} from './table.ts'

export { type OptimizerKind, optimizerKinds, type ParameterUpdate, type StateName } from './table.ts'

/** Plain data, so that it can stand in a checkpoint. A number that the kind does not have is refused. */
export interface OptimizerSettings extends Partial<OptimizerNumbers> {
  readonly kind: OptimizerKind
}

/** An optimizer ready for use: what the plan and the training loop hold. */
export interface Optimizer {
  readonly kind: OptimizerKind
  /** Kind and every number, defaults filled in. */
  readonly settings: OptimizerSettings & { readonly rate: number; readonly weightDecay: number }
  /** Arrays that each parameter carries, each as long as the parameter and 0 at the start. */
  readonly states: readonly StateName[]
  /** `adam, rate 0.001, beta1 0.9, …` */
  describe(): string
  /** What the host writes into `scalars` before step t = 1, 2, …, besides learning rate and gradient scale. */
  scalars(step: number): ScalarValues
  /** Emits the one step that updates a parameter. */
  emit(update: ParameterUpdate, emit: Emit): void
}

/** Where each number may lie. */
const limits: Readonly<Record<keyof OptimizerNumbers, { readonly text: string; allows(value: number): boolean }>> = {
  rate: { text: 'a number ≥ 0', allows: (value) => value >= 0 },
  weightDecay: { text: 'a number ≥ 0', allows: (value) => value >= 0 },
  momentum: { text: 'a number in [0, 1)', allows: (value) => value >= 0 && value < 1 },
  smoothing: { text: 'a number in [0, 1)', allows: (value) => value >= 0 && value < 1 },
  beta1: { text: 'a number in [0, 1)', allows: (value) => value >= 0 && value < 1 },
  beta2: { text: 'a number in [0, 1)', allows: (value) => value >= 0 && value < 1 },
  epsilon: { text: 'a number > 0', allows: (value) => value > 0 },
}

/** Fills in defaults and checks. Throws `ArgumentError` for an unknown kind, a number the kind has not, or one out of range. */
export function resolveOptimizer(given: OptimizerSettings | OptimizerKind): Optimizer {
  const { kind, ...numbers }: OptimizerSettings = typeof given === 'string' ? { kind: given } : given
  if (!Object.hasOwn(optimizers, kind)) {
    throw new ArgumentError('There is no such optimizer', {
      received: JSON.stringify(kind) ?? String(kind),
      expected: optimizerKinds.join(', '),
      advice: "{ kind: 'momentum' } or { kind: 'adam' } are the usual beginnings",
    })
  }
  return bind(kind, optimizers[kind] as OptimizerRow<never>, numbers)
}

function bind(kind: OptimizerKind, row: OptimizerRow<never>, given: Partial<OptimizerNumbers>): Optimizer {
  const defaults = row.defaults as Partial<OptimizerNumbers>
  const fixed: Record<string, number> = { ...defaults }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (!Object.hasOwn(defaults, name)) {
      throw new ArgumentError(`The optimizer ${kind} has no ${name}`, {
        received: `${name}: ${JSON.stringify(value)}`,
        expected: Object.keys(defaults).join(', '),
        advice: `leave ${name} out, or choose ${kindsWith(name)}`,
      })
    }
    const limit = limits[name as keyof OptimizerNumbers]
    if (typeof value !== 'number' || !Number.isFinite(value) || !limit.allows(value)) {
      throw new ArgumentError(`The optimizer's ${name} cannot be meant`, {
        received: `${name}: ${String(value)}`,
        expected: limit.text,
        advice: `leave it out for ${kind}'s default, ${defaults[name as keyof OptimizerNumbers]}`,
      })
    }
    fixed[name] = value
  }
  const values = fixed as unknown as OptimizerNumbers
  const settings = { kind, ...values }
  return {
    kind,
    settings,
    states: row.states(values),
    describe: () => [kind, ...Object.entries(fixed).map(([name, value]) => `${name} ${value}`)].join(', '),
    scalars: (step) => row.scalars?.(values, step) ?? {},
    emit: (update, emit) => row.emit(values, update, emit),
  }
}

/** The optimizers that have the number, as advice. */
function kindsWith(name: string): string {
  const kinds = optimizerKinds.filter((kind) => Object.hasOwn(optimizers[kind].defaults, name))
  return kinds.length === 0 ? 'a number that there is' : kinds.join(' or ')
}
