/** Cross-entropy in float64: the loss of a picture is −Σ target·log p with p = softmax(logits). */

import { rowsOfScores } from '../losses/inputs.ts'
import { isHit, weightedMean } from '../losses/rows.ts'
import { logSoftmax } from '../softmax/reference.ts'
import type { ReferenceKernel } from '../types.ts'
import { type CrossEntropyAttributes, hasShares } from './attributes.ts'

/** PyTorch's target of each class; NaN throughout where there is no such label. */
function targetsOf(shares: readonly number[], smoothing: number, weights?: Float64Array): readonly number[] {
  return shares.map((share, k) => (weights?.[k] ?? 1) * ((1 - smoothing) * share + smoothing / shares.length))
}

/** The share of each class of a picture: as given, or all of it for the label. */
function sharesOf(given: Float64Array, hasShares: boolean, n: number, classes: number): readonly number[] {
  if (hasShares) return [...given.subarray(n * classes, (n + 1) * classes)]
  const label = given[n] as number
  const exists = label >= 0 && label < classes
  return Array.from({ length: classes }, (_, k) => (exists ? Number(k === label) : Number.NaN))
}

/** The class with the greatest share, the first of equals; −1 where there is none. */
const mainOf = (shares: readonly number[]) => shares.indexOf(Math.max(...shares))

/** inputs [logits, labels or shares, class weights?] → [losses, hits, probabilities] */
export const crossEntropyReference: ReferenceKernel<CrossEntropyAttributes> = (step, { inputs, outputs }) => {
  const [logits, given, weights] = inputs as readonly [Float64Array, Float64Array, Float64Array?]
  const [losses, hits, probabilities] = outputs as readonly [Float64Array, Float64Array, Float64Array]
  const { batch, count: classes } = rowsOfScores(step.inputs)
  const { smoothing, weight } = step.attributes
  const isShared = hasShares(step.inputs)
  const scale = weight * (isShared ? 1 : weightedMean(given, weights))
  for (let n = 0; n < batch; n++) {
    const scores = logits.slice(n * classes, (n + 1) * classes)
    const logs = logSoftmax(scores)
    const shares = sharesOf(given, isShared, n, classes)
    const targets = targetsOf(shares, smoothing, weights)
    let loss = 0
    logs.forEach((log, k) => {
      const target = targets[k] as number
      // A target of 0 costs nothing, even on a probability of 0.
      if (target !== 0) loss -= target * log
    })
    // Where every target but one is 0, a NaN among the scores is still in that one's log.
    losses[n] = scale * loss
    hits[n] = isHit(scores, mainOf(shares))
    probabilities.set(logs.map(Math.exp), n * classes)
  }
}

/** inputs [probabilities, labels or shares, class weights?] → [dlogits] */
export const crossEntropyGradientReference: ReferenceKernel<CrossEntropyAttributes> = (step, { inputs, outputs }) => {
  const [probabilities, given, weights] = inputs as readonly [Float64Array, Float64Array, Float64Array?]
  const [dlogits] = outputs as readonly [Float64Array]
  const { batch, count: classes } = rowsOfScores(step.inputs)
  const { smoothing, weight } = step.attributes
  const isShared = hasShares(step.inputs)
  const scale = (weight * (isShared ? 1 : weightedMean(given, weights))) / batch
  for (let n = 0; n < batch; n++) {
    const targets = targetsOf(sharesOf(given, isShared, n, classes), smoothing, weights)
    const total = targets.reduce((a, b) => a + b, 0)
    for (let k = 0; k < classes; k++) {
      const p = probabilities[n * classes + k] as number
      dlogits[n * classes + k] = (p * total - (targets[k] as number)) * scale
    }
  }
}
