/** Squared error and Huber's loss in float64, value by value. */

import { rowsOfScores } from '../losses/inputs.ts'
import type { ReferenceKernel } from '../types.ts'
import type { DistanceAttributes } from './attributes.ts'

/** inputs [y, targets] → [losses, gradient] */
export const distanceReference: ReferenceKernel<DistanceAttributes> = (step, { inputs, outputs }) => {
  const [y, targets] = inputs as readonly [Float64Array, Float64Array]
  const [losses, gradient] = outputs as readonly [Float64Array, Float64Array]
  const { batch, count } = rowsOfScores(step.inputs)
  const { delta, weight } = step.attributes
  for (let n = 0; n < batch; n++) {
    let sum = 0
    for (let i = n * count; i < (n + 1) * count; i++) {
      const r = (y[i] as number) - (targets[i] as number)
      const isFar = delta !== undefined && Math.abs(r) > delta
      let slope = delta === undefined ? 2 * r : r
      if (isFar) {
        sum += delta * (Math.abs(r) - delta / 2)
        slope = delta * Math.sign(r)
      } else sum += delta === undefined ? r * r : (r * r) / 2
      gradient[i] = (weight * slope) / (count * batch)
    }
    losses[n] = (weight * sum) / count
  }
}
