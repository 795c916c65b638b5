/** Scores of one picture as probabilities, and the likeliest classes. */

import type { Network } from '../network/network.ts'
import { layerOf } from '../network/network.ts'
import { lossOf, outputNode } from '../network/training.ts'
import { resolveLoss } from '../ops/losses/table.ts'

/**
 * Softmax of the scores, or, for a loss of several labels, the sigmoid of each; unless the last layer has taken it already.
 * [classes]
 */
export function toProbabilities(network: Network, scores: Float32Array): Float64Array {
  const { distribution } = layerOf(outputNode(network))
  const isOfLabels = resolveLoss(lossOf(network)).compares === 'labels'
  if (distribution === (isOfLabels ? 'labels' : 'classes')) return Float64Array.from(scores)
  if (isOfLabels) return Float64Array.from(scores, (score) => 1 / (1 + Math.exp(-score)))
  const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const powers = Float64Array.from(scores, (score) => Math.exp(score - highest))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}

/** Indices of the `most` likeliest classes, likeliest first, the lower index first of equals. */
export function likeliest(probabilities: Float64Array, most: number): readonly number[] {
  const of = (index: number) => probabilities[index] as number
  return [...probabilities.keys()].sort((a, b) => of(b) - of(a) || a - b).slice(0, most)
}
