/** From what a person writes (`{ kind: 'adam', rate: 1e-3 }`) to an optimizer whose every number is fixed and checked. */

import { ArgumentError } from '../../core/errors.ts'
import { closest } from '../../core/suggest.ts'
import type { ScalarValues } from '../scalars.ts'
import { type OptimizerNumberName, type OptimizerNumbers, optimizerNumbers } from './numbers.ts'
import type { OptimizerRow, ParameterFacts, UpdateRule } from './rule.ts'
import { kindsWith, type OptimizerKind, optimizerKinds, optimizers } from './table.ts'

export type { ParameterFacts, UpdateRule } from './rule.ts'
export { kindsWith, type OptimizerKind, optimizerKinds } from './table.ts'

/** The numbers that a kind has, by its row of the table. */
type NumbersOf<K extends OptimizerKind> = keyof (typeof optimizers)[K]['defaults'] & OptimizerNumberName

/** Plain data, so that it can stand in a checkpoint. A number that the kind does not have is refused. */
export type OptimizerSettings = {
  [K in OptimizerKind]: { readonly kind: K } & { readonly [N in NumbersOf<K>]?: number }
}[OptimizerKind]

/** An optimizer ready for use: what the plan and the training loop hold. */
export interface Optimizer {
  readonly kind: OptimizerKind
  /** Kind and every number, defaults filled in. */
  readonly settings: OptimizerSettings & { readonly rate: number; readonly weightDecay: number }
  /** `adam, rate 0.001, beta1 0.9, …` */
  describe(): string
  /** What the host writes into `scalars` before step t = 1, 2, …, in addition to learning rate and gradient scale. */
  scalars(step: number): ScalarValues
  /** The optimizer of this parameter: this one, or the one that it leaves the parameter to. */
  of(parameter: ParameterFacts): Optimizer
  /** How that one updates it. */
  ruleFor(parameter: ParameterFacts): UpdateRule
  /** The one that it leaves some parameters to. */
  readonly others?: Optimizer | undefined
}

/** Settings as they may come from JavaScript or a file. */
type LooseSettings = { readonly kind: OptimizerKind } & Partial<OptimizerNumbers>

/**
 * Fills in defaults and checks.
 * @throws {ArgumentError} an unknown kind, a number that the kind does not have, or one out of range
 */
export function resolveOptimizer(given: OptimizerSettings | OptimizerKind): Optimizer {
  const { kind, ...numbers } = (typeof given === 'object' && given !== null ? given : { kind: given }) as LooseSettings
  if (!Object.hasOwn(optimizers, kind)) {
    throw new ArgumentError('There is no such optimizer', {
      received: JSON.stringify(kind) ?? String(kind),
      expected: optimizerKinds.join(', '),
      advice: "{ kind: 'momentum' } or { kind: 'adam' } to begin with",
    })
  }
  return resolveRow(kind, optimizers[kind] as OptimizerRow<never>, numbers)
}

/** The same for a row that need not be in the table. */
export function resolveRow(kind: OptimizerKind, row: OptimizerRow<never>, given: Partial<OptimizerNumbers>): Optimizer {
  const values = resolveNumbers(kind, row.defaults, given)
  // The values are those of the kind.
  const settings = { kind, ...values } as unknown as Optimizer['settings']
  const others = row.otherwise && resolveOptimizer(row.otherwise(values) as OptimizerSettings)
  const isLeft = (parameter: ParameterFacts) => others !== undefined && row.suits?.(parameter) === false
  const optimizer: Optimizer = {
    kind,
    settings,
    others,
    describe: () => [kind, ...Object.entries(values).map(([name, value]) => `${name} ${value}`)].join(', '),
    scalars: (step) => row.scalars?.(values, step) ?? {},
    of: (parameter) => (isLeft(parameter) ? (others as Optimizer).of(parameter) : optimizer),
    ruleFor(parameter) {
      if (isLeft(parameter)) return (others as Optimizer).ruleFor(parameter)
      return { states: row.states(values, parameter), emit: (update, tape) => row.emit(values, update, tape) }
    },
  }
  return optimizer
}

/** The number that is called otherwise elsewhere, or that was mistyped. */
function meantBy(name: string): string | undefined {
  const known: Readonly<Record<string, string>> = {
    learningRate: 'rate',
    lr: 'rate',
    wd: 'weightDecay',
    eps: 'epsilon',
  }
  return Object.hasOwn(known, name) ? known[name] : closest(name, Object.keys(optimizerNumbers))
}

/** Exactly the numbers of `defaults`, in their order. */
function resolveNumbers(
  kind: OptimizerKind,
  defaults: Partial<OptimizerNumbers>,
  given: Partial<OptimizerNumbers>,
): OptimizerNumbers {
  const values: Partial<Record<OptimizerNumberName, number>> = { ...defaults }
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue
    const received = `${key}: ${typeof value === 'number' ? value : JSON.stringify(value)}`
    if (!Object.hasOwn(defaults, key)) {
      const kinds = kindsWith(key)
      throw new ArgumentError(`The optimizer ${kind} has no ${key}`, {
        received,
        expected: Object.keys(defaults).join(', '),
        advice:
          kinds.length > 0 ? `leave ${key} out, or choose ${kinds.join(' or ')}` : (meantBy(key) ?? `leave ${key} out`),
      })
    }
    const name = key as OptimizerNumberName
    const { range, allows } = optimizerNumbers[name]
    if (typeof value !== 'number' || !Number.isFinite(value) || !allows(value)) {
      throw new ArgumentError(`The optimizer's ${name} is invalid`, {
        received,
        expected: range,
        advice: `leave it out for ${kind}'s default, ${defaults[name]}`,
      })
    }
    values[name] = value
  }
  // A row reads no number but its own, which are all there.
  return values as OptimizerNumbers
}
