/**
 * The loss of an evaluated image, in float64 and by its definition, without label smoothing and class weights. By log and exp
 * that are the same in every engine: early stopping compares losses, and checkpoints hold them.
 */

import { exp, log } from '../core/math.ts'
import { layerOf, type Network } from '../network/network.ts'
import { lossOf, outputNode } from '../network/training.ts'
import { type LossKind, resolveLoss, type TargetKind } from '../ops/losses/table.ts'

/** Of what the network gives for an image, and its target: [label], or a number for each value. */
export type Measure = (values: Float32Array, targets: ArrayLike<number>) => number

/** The smallest positive float32: a probability below it was rounded to 0, and its loss is finite all the same. */
const tiny = 2 ** -149

const meanOf = (values: Float32Array, each: (value: number, i: number) => number) =>
  values.reduce((sum, value, i) => sum + each(value, i), 0) / values.length

/** −log of the sigmoid. */
const sigmoidCost = (x: number) => Math.max(-x, 0) + log(1 + exp(-Math.abs(x)))

/** `isProbability`: the network gives probabilities, where the loss is defined on scores. */
type MeasureRow = (numbers: Readonly<Record<string, number>>, isProbability: boolean) => Measure

const rows: Readonly<Record<LossKind, MeasureRow>> = {
  'cross-entropy': (_, isProbability) => (isProbability ? ofProbabilities : ofLogits),
  hinge({ margin = 1, power = 1 }) {
    return (scores, { 0: label = 0 }) => {
      const own = scores[label] as number
      return meanOf(scores, (score, i) => (i === label ? 0 : Math.max(0, margin + score - own) ** power))
    }
  },
  'squared-error': () => (values, targets) => meanOf(values, (value, i) => (value - (targets[i] as number)) ** 2),
  huber({ delta = 1 }) {
    const each = (r: number) => (r <= delta ? (r * r) / 2 : delta * (r - delta / 2))
    return (values, targets) => meanOf(values, (value, i) => each(Math.abs(value - (targets[i] as number))))
  },
  'sigmoid-cross-entropy': (_, isProbability) => (values, targets) =>
    meanOf(values, (value, i) => {
      const on = targets[i] as number
      return isProbability
        ? -on * log(Math.max(value, tiny)) - (1 - on) * log(Math.max(1 - value, tiny))
        : on * sigmoidCost(value) + (1 - on) * sigmoidCost(-value)
    }),
}

/** log Σ exp(score) − score[label], about the highest score. */
function ofLogits(scores: Float32Array, { 0: label = 0 }: ArrayLike<number>): number {
  const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  let sum = 0
  for (const score of scores) sum += exp(score - highest)
  return log(sum) + highest - (scores[label] as number)
}

function ofProbabilities(probabilities: Float32Array, { 0: label = 0 }: ArrayLike<number>): number {
  return -log(Math.max(probabilities[label] as number, tiny))
}

/** What a network is evaluated by. */
export interface Evaluated {
  readonly kind: LossKind
  readonly compares: TargetKind
  /** A label applies where its value is above this: a score's 0, a probability's ½. */
  readonly border: number
  readonly loss: Measure
}

export function measureOf(network: Network): Evaluated {
  const { settings, numbers, compares, takesLogits } = resolveLoss(lossOf(network))
  const { distribution } = layerOf(outputNode(network))
  const isProbability = takesLogits !== undefined && distribution === takesLogits
  const loss = rows[settings.kind](numbers, isProbability)
  return { kind: settings.kind, compares, border: distribution === 'labels' ? 0.5 : 0, loss }
}
