/** Sigmoid cross-entropy in float64, label by label. */

import { rowsOfScores } from '../losses/inputs.ts'
import type { ReferenceKernel } from '../types.ts'
import type { SigmoidCrossEntropyAttributes } from './attributes.ts'

/** −log σ(x) = log(1 + e^(−x)), without overflow. */
const cost = (x: number) => Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

const sigmoid = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))

/** inputs [scores, targets, positive weights?] → [losses, hits, gradient] */
export const sigmoidCrossEntropyReference: ReferenceKernel<SigmoidCrossEntropyAttributes> = (
  step,
  { inputs, outputs },
) => {
  const [scores, targets, weights] = inputs as readonly [Float64Array, Float64Array, Float64Array?]
  const [losses, hits, gradient] = outputs as readonly [Float64Array, Float64Array, Float64Array]
  const { batch, count } = rowsOfScores(step.inputs)
  const { weight } = step.attributes
  for (let n = 0; n < batch; n++) {
    let sum = 0
    let right = true
    for (let k = 0; k < count; k++) {
      const i = n * count + k
      const [x, target] = [scores[i] as number, targets[i] as number]
      const on = (weights?.[k] ?? 1) * target
      sum += on * cost(x) + (1 - target) * cost(-x)
      gradient[i] = (weight * ((1 - target) * sigmoid(x) - on * sigmoid(-x))) / (count * batch)
      right &&= x > 0 === target > 0.5
    }
    losses[n] = (weight * sum) / count
    hits[n] = right && !Number.isNaN(sum) ? 1 : 0
  }
}
