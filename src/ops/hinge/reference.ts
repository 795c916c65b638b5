/** The hinge loss in float64, class by class. */

import { rowsOfScores } from '../losses/inputs.ts'
import { isHit } from '../losses/rows.ts'
import type { ReferenceKernel } from '../types.ts'
import type { HingeAttributes } from './attributes.ts'

/** inputs [scores, labels, class weights?] → [losses, hits, gradient] */
export const hingeReference: ReferenceKernel<HingeAttributes> = (step, { inputs, outputs }) => {
  const [scores, labels, weights] = inputs as readonly [Float64Array, Float64Array, Float64Array?]
  const [losses, hits, gradient] = outputs as readonly [Float64Array, Float64Array, Float64Array]
  const { batch, count: classes } = rowsOfScores(step.inputs)
  const { margin, squared, weight } = step.attributes
  for (let n = 0; n < batch; n++) {
    const row = scores.slice(n * classes, (n + 1) * classes)
    const label = labels[n] as number
    const own = row[label] ?? Number.NaN
    const each = (weight * (weights?.[label] ?? 1)) / classes
    const slopes = new Float64Array(classes)
    let loss = Number.isNaN(own) ? Number.NaN : 0
    let sum = loss
    row.forEach((score, k) => {
      if (k === label) return
      const violation = margin + score - own
      if (violation <= 0) return
      loss += squared ? violation ** 2 : violation
      slopes[k] = squared ? 2 * violation : Number.isNaN(violation) ? Number.NaN : 1
      sum += slopes[k]
    })
    if (Number.isNaN(own)) slopes.fill(Number.NaN)
    else slopes[label] = -sum
    losses[n] = each * loss
    hits[n] = isHit(row, label)
    gradient.set(
      slopes.map((slope) => (each * slope) / batch),
      n * classes,
    )
  }
}
