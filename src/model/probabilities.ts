/** Scores of one picture as probabilities, and the likeliest classes. */

import type { Network } from '../network/network.ts'
import { layerOf } from '../network/network.ts'
import { outputNode } from '../network/training.ts'

/** Softmax of the scores, unless the last layer has taken it already. [classes] */
export function toProbabilities(network: Network, scores: Float32Array): Float64Array {
  if (layerOf(outputNode(network)).distribution === 'classes') return Float64Array.from(scores)
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
