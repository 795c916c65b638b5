/**
 * The losses by the names that a person uses, one row each: what the host gives for each picture, and the steps that make
 * one loss per picture. The planner asks the row; only this table knows the names. A loss op's own gradient rule starts the
 * backward pass.
 *
 * Formulas and means are PyTorch's. The loss of a batch is the mean of its pictures' losses.
 */

import { ArgumentError } from '../../core/errors.ts'
import { printVolume, type Volume } from '../../core/shapes.ts'
import { crossEntropy } from '../crossEntropy/op.ts'
import { distance } from '../distance/op.ts'
import { hinge } from '../hinge/op.ts'
import { sigmoidCrossEntropy } from '../sigmoidCrossEntropy/op.ts'
import { f32, i32 } from '../specs.ts'
import type { ArraySpec, Emit, Value } from '../types.ts'
import { checkNumber, resolveSettings } from './settings.ts'

export interface LossValues {
  /** f32 [n]: one loss per picture. */
  readonly losses: Value
  /** f32 [n]: 1 if the picture is classified correctly, else 0; absent if the loss has no such notion. */
  readonly hits?: Value
}

/**
 * What a picture's output is compared with: `class`, the index of the right score; `labels`, for each score a number from
 * 0 (does not apply) to 1 (applies); `numbers`, for each value the one that is right.
 */
export type TargetKind = 'class' | 'labels' | 'numbers'

/** What a loss step is made of. */
export interface LossInputs {
  readonly output: Value
  readonly targets: Value
  /** One for each class or label, where there are any. */
  readonly weights?: Value | undefined
  /** What the losses and the gradient are multiplied by: 1, or the weight of an auxiliary head. */
  readonly weight: number
}

/** A row: a loss whose numbers `N` are not yet fixed. `W`: the setting that weighs classes or labels, if it has one. */
export interface LossRow<N extends object, W extends string = never> {
  /** What it is for, in a few words. */
  readonly use: string
  /** Every number it takes, with the value used when none is given. */
  readonly defaults: N
  /** What each number is, for messages and help. */
  readonly meanings: { readonly [K in keyof N]: string }
  /** Throws `ArgumentError` for a number out of range. */
  check(numbers: N): void
  readonly compares: TargetKind
  readonly weighs?: W
  /**
   * `classes`: it takes scores before a closing SOFTMAX instead of probabilities; `labels`: before a closing SIGMOID. Absent:
   * it takes what the last layer gives.
   */
  readonly takesLogits?: 'classes' | 'labels'
  /** Of a loss that compares with a class: whether pictures may have a share of each class instead. */
  readonly takesShares?: true
  /** The loss of equal scores, by the number of classes; absent where the targets decide. */
  guess?(numbers: N, classes: number): number
  emit(numbers: N, inputs: LossInputs, emit: Emit): LossValues
}

// Lets each row see exactly the numbers it declares.
const row = <N extends object, W extends string = never>(value: LossRow<N, W>): LossRow<N, W> => value

const inputsOf = ({ output, targets, weights }: LossInputs) => [output, targets, ...(weights ? [weights] : [])]

const losses = {
  /** Softmax and cross-entropy against one class a picture (the notes, "Softmax classifier"). */
  'cross-entropy': row<{ readonly smoothing: number }, 'classWeights'>({
    use: 'one class an image, by softmax',
    defaults: { smoothing: 0 },
    meanings: { smoothing: 'label smoothing: share of each target that is spread over all classes' },
    check({ smoothing }) {
      if (smoothing >= 0 && smoothing < 1) return
      throw new ArgumentError('label smoothing must be in [0, 1)', {
        received: `${smoothing}`,
        expected: '0 to below 1, usually 0.1',
      })
    },
    compares: 'class',
    weighs: 'classWeights',
    takesLogits: 'classes',
    takesShares: true,
    guess: (_, classes) => Math.log(classes),
    emit({ smoothing }, inputs, emit) {
      const made = emit(crossEntropy, { smoothing, weight: inputs.weight }, inputsOf(inputs))
      const [each, hits] = made as readonly [Value, Value]
      return { losses: each, hits }
    },
  }),
  /** Multi-class SVM (the notes, "Multiclass Support Vector Machine loss"). */
  hinge: row<{ readonly margin: number; readonly power: number }, 'classWeights'>({
    use: 'one class an image, multi-class SVM',
    defaults: { margin: 1, power: 1 },
    meanings: { margin: 'by which the right score must exceed the others', power: '1, or 2 for the squared hinge' },
    check({ margin, power }) {
      checkNumber('the margin of the hinge loss', margin, margin > 0, 'a number above 0, usually 1')
      checkNumber('the power of the hinge loss', power, power === 1 || power === 2, '1 or 2')
    },
    compares: 'class',
    weighs: 'classWeights',
    guess: ({ margin, power }, classes) => (margin ** power * (classes - 1)) / classes,
    emit({ margin, power }, inputs, emit) {
      const made = emit(hinge, { margin, squared: power === 2, weight: inputs.weight }, inputsOf(inputs))
      const [each, hits] = made as readonly [Value, Value]
      return { losses: each, hits }
    },
  }),
  /** Mean squared error of numbers (the notes, "Regression"). */
  'squared-error': row<object>({
    use: 'numbers',
    defaults: {},
    meanings: {},
    check: () => {},
    compares: 'numbers',
    emit(_, inputs, emit) {
      const [each] = emit(distance, { weight: inputs.weight }, inputsOf(inputs)) as readonly [Value]
      return { losses: each }
    },
  }),
  /** Squared near the target, and linear further away (Huber 1964). */
  huber: row<{ readonly delta: number }>({
    use: 'numbers, linear in large errors',
    defaults: { delta: 1 },
    meanings: { delta: 'error up to which it is squared' },
    check: ({ delta }) => checkNumber('delta of the Huber loss', delta, delta > 0, 'a number above 0, usually 1'),
    compares: 'numbers',
    emit({ delta }, inputs, emit) {
      const [each] = emit(distance, { delta, weight: inputs.weight }, inputsOf(inputs)) as readonly [Value]
      return { losses: each }
    },
  }),
  /** A sigmoid for each of several labels (the notes, "Attribute classification"). */
  'sigmoid-cross-entropy': row<object, 'positiveWeights'>({
    use: 'several labels an image',
    defaults: {},
    meanings: {},
    check: () => {},
    compares: 'labels',
    weighs: 'positiveWeights',
    takesLogits: 'labels',
    guess: () => Math.LN2,
    emit(_, inputs, emit) {
      const made = emit(sigmoidCrossEntropy, { weight: inputs.weight }, inputsOf(inputs))
      const [each, hits] = made as readonly [Value, Value]
      return { losses: each, hits }
    },
  }),
} as const

export type LossKind = keyof typeof losses
export const lossKinds = Object.keys(losses) as readonly LossKind[]

type NumbersOf<K extends LossKind> = (typeof losses)[K]['defaults']
/** `classWeights` or `positiveWeights`, or no more settings. */
type WeightsOf<K extends LossKind> = (typeof losses)[K] extends { readonly weighs?: infer W extends string | undefined }
  ? { readonly [Name in NonNullable<W>]?: readonly number[] }
  : object

/** Numbers that are left out take their row's default; weights that are left out are 1. Plain data. */
export type LossSettings = {
  [K in LossKind]: { readonly kind: K } & Partial<NumbersOf<K>> & WeightsOf<K>
}[LossKind]

/** A loss whose every number is fixed. */
export interface Loss {
  readonly settings: LossSettings
  readonly numbers: Readonly<Record<string, number>>
  readonly compares: TargetKind
  readonly takesLogits: 'classes' | 'labels' | undefined
  /** Whether pictures may have a share of each class instead of one. */
  readonly takesShares: boolean
  /** Of the classes, or of the labels where they apply. */
  readonly weights: readonly number[] | undefined
  /** The loss of equal scores, by the number of classes; 0 where the targets decide. */
  guess(classes: number): number
  /**
   * What the host writes: an array whose first axis counts pictures.
   *
   * @param shares of each class instead of a label, if the loss takes them
   */
  targets(pictures: number, output: Volume, shares?: boolean): ArraySpec
  emit(inputs: LossInputs, emit: Emit): LossValues
}

const rowOf = (kind: LossKind) => losses[kind] as unknown as LossRow<Record<string, number>, string>

/** What a loss is for, and its numbers with their defaults and meanings: for whoever writes them down. */
export const lossNumbers = (kind: LossKind): Pick<LossRow<Record<string, number>>, 'use' | 'defaults' | 'meanings'> =>
  rowOf(kind)

/** For people: `hinge, margin 1, power 1`. */
export function printLoss({ kind, ...settings }: LossSettings): string {
  const each = Object.entries(settings).map(([name, value]) => `${name} ${[value].flat().join(' ')}`)
  return [kind, ...each].join(', ')
}

/** The setting that weighs classes or labels; undefined if the loss has none. */
export const lossWeights = (kind: LossKind): string | undefined => rowOf(kind).weighs

/** Fills in defaults and checks. Throws `ArgumentError`. */
export function resolveLoss(given: LossSettings | LossKind): Loss {
  const settings: LossSettings = typeof given === 'string' ? { kind: given } : given
  if (!Object.hasOwn(losses, settings.kind)) {
    throw new ArgumentError('there is no such loss', { received: `${settings.kind}`, expected: lossKinds.join(', ') })
  }
  const { defaults, check, compares, weighs, takesLogits, takesShares, guess, emit } = rowOf(settings.kind)
  const { numbers, weights } = resolveSettings(settings, defaults, weighs)
  check(numbers)
  return {
    settings: { kind: settings.kind, ...numbers, ...(weights && weighs && { [weighs]: weights }) },
    numbers,
    compares,
    takesLogits,
    takesShares: takesShares ?? compares !== 'class',
    weights,
    guess: (classes) => guess?.(numbers, classes) ?? 0,
    targets(pictures, { height, width, channels }, shares = false) {
      return compares === 'class' && !shares ? i32(pictures) : f32(pictures, height, width, channels)
    },
    emit: (inputs, emitStep) => emit(numbers, inputs, emitStep),
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
