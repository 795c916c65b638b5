/**
 * The losses by the names that a person uses, one row each: what the host gives for each picture, and the steps that make
 * one loss per picture. The planner asks the row; only this table knows the names. A loss op's own gradient rule starts the
 * backward pass.
 */

import { ArgumentError } from '../../core/errors.ts'
import { printVolume, type Volume } from '../../core/shapes.ts'
import { crossEntropy } from '../crossEntropy/op.ts'
import { i32 } from '../specs.ts'
import type { ArraySpec, Emit, Value } from '../types.ts'

export interface LossValues {
  /** f32 [n]: one loss per picture. */
  readonly losses: Value
  /** f32 [n]: 1 if the picture is classified correctly, else 0; absent if the loss has no such notion. */
  readonly hits?: Value
}

/** A row: a loss whose numbers `N` are not yet fixed. */
export interface LossRow<N extends object> {
  /** Every number it takes, with the value used when none is given. */
  readonly defaults: N
  /** Throws `ArgumentError` for a number out of range. */
  check(numbers: N): void
  /** Whether it takes scores before a closing softmax instead of probabilities. */
  readonly takesLogits: boolean
  /** What the host writes: an array whose first axis counts pictures. */
  targets(pictures: number, output: Volume): ArraySpec
  emit(numbers: N, values: { readonly output: Value; readonly targets: Value }, emit: Emit): LossValues
}

// Lets each row see exactly the numbers it declares.
const row = <N extends object>(value: LossRow<N>): LossRow<N> => value

const losses = {
  /** Softmax and cross-entropy against one class a picture (the notes, "Softmax classifier"). */
  'cross-entropy': row<{ readonly smoothing: number }>({
    defaults: { smoothing: 0 },
    check({ smoothing }) {
      if (smoothing >= 0 && smoothing < 1) return
      throw new ArgumentError('label smoothing must be in [0, 1)', {
        received: `${smoothing}`,
        expected: '0 to below 1, usually 0.1',
      })
    },
    takesLogits: true,
    targets: (pictures) => i32(pictures),
    emit({ smoothing }, { output, targets }, emit) {
      const [each, hits] = emit(crossEntropy, { smoothing }, [output, targets]) as readonly [Value, Value]
      return { losses: each, hits }
    },
  }),
} as const

export type LossKind = keyof typeof losses
export const lossKinds = Object.keys(losses) as readonly LossKind[]

/** Numbers that are left out take their row's default. Plain data. */
export type LossSettings = {
  [K in LossKind]: { readonly kind: K } & Partial<(typeof losses)[K]['defaults']>
}[LossKind]

/** A loss whose every number is fixed. */
export interface Loss {
  readonly settings: LossSettings
  readonly takesLogits: boolean
  targets(pictures: number, output: Volume): ArraySpec
  emit(values: { readonly output: Value; readonly targets: Value }, emit: Emit): LossValues
}

/** Fills in defaults and checks. Throws `ArgumentError`. */
export function resolveLoss(given: LossSettings | LossKind): Loss {
  const { kind, ...numbers }: LossSettings = typeof given === 'string' ? { kind: given } : given
  if (!Object.hasOwn(losses, kind)) {
    throw new ArgumentError('there is no such loss', { received: `${kind}`, expected: lossKinds.join(', ') })
  }
  const { defaults, check, takesLogits, targets, emit } = losses[kind] as unknown as LossRow<Record<string, number>>
  const fixed = { ...defaults }
  for (const [name, value] of Object.entries(numbers)) {
    if (value === undefined) continue
    if (!Object.hasOwn(defaults, name)) {
      throw new ArgumentError(`the loss ${kind} has no ${name}`, {
        received: `${name}: ${String(value)}`,
        expected: Object.keys(defaults).join(', '),
      })
    }
    fixed[name] = value
  }
  check(fixed)
  return {
    settings: { kind, ...fixed },
    takesLogits,
    targets,
    emit: (values, emitStep) => emit(fixed, values, emitStep),
  }
}

/** Refuses a distribution for each position of a map: a loss is taken over the scores of a whole picture. */
export function checkDistribution(volume: Volume): void {
  if (volume.height === 1 && volume.width === 1) return
  throw new ArgumentError('a closing SOFTMAX must give one distribution a picture', {
    received: `${printVolume(volume)}: a distribution for each position of a map`,
    expected: `1×1×${volume.channels}`,
    advice: 'put GAP or FC before SOFTMAX',
  })
}
