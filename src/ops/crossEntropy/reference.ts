/** Cross-entropy in float64: the loss of a picture is −Σ target·log p with p = softmax(logits). */

import { rowsOfScores } from '../losses/inputs.ts'
import { isHit, weightedMean } from '../losses/rows.ts'
import { logSoftmax } from '../softmax/reference.ts'
import type { ReferenceKernel } from '../types.ts'
import type { CrossEntropyAttributes } from './attributes.ts'

/** PyTorch's target of each class; NaN throughout where there is no such label. */
function targetsOf(classes: number, smoothing: number, label: number, weights?: Float64Array): readonly number[] {
  return Array.from({ length: classes }, (_, k) => {
    if (!(label >= 0 && label < classes)) return Number.NaN
    return (weights?.[k] ?? 1) * ((k === label ? 1 - smoothing : 0) + smoothing / classes)
  })
}

/** inputs [logits, labels, class weights?] → [losses, hits, probabilities] */
export const crossEntropyReference: ReferenceKernel<CrossEntropyAttributes> = (step, { inputs, outputs }) => {
  const [logits, labels, weights] = inputs as readonly [Float64Array, Float64Array, Float64Array?]
  const [losses, hits, probabilities] = outputs as readonly [Float64Array, Float64Array, Float64Array]
  const { batch, count: classes } = rowsOfScores(step.inputs)
  const { smoothing, weight } = step.attributes
  const scale = weight * weightedMean(labels, weights)
  for (let n = 0; n < batch; n++) {
    const scores = logits.slice(n * classes, (n + 1) * classes)
    const logs = logSoftmax(scores)
    const label = labels[n] as number
    const targets = targetsOf(classes, smoothing, label, weights)
    let loss = 0
    logs.forEach((log, k) => {
      const share = targets[k] as number
      // A target of 0 costs nothing, even on a probability of 0.
      if (share !== 0) loss -= share * log
    })
    // Where every target but one is 0, a NaN among the scores is still in that one's log.
    losses[n] = scale * loss
    hits[n] = isHit(scores, label)
    probabilities.set(logs.map(Math.exp), n * classes)
  }
}

/** inputs [probabilities, labels, class weights?] → [dlogits] */
export const crossEntropyGradientReference: ReferenceKernel<CrossEntropyAttributes> = (step, { inputs, outputs }) => {
  const [probabilities, labels, weights] = inputs as readonly [Float64Array, Float64Array, Float64Array?]
  const [dlogits] = outputs as readonly [Float64Array]
  const { batch, count: classes } = rowsOfScores(step.inputs)
  const { smoothing, weight } = step.attributes
  const scale = (weight * weightedMean(labels, weights)) / batch
  for (let n = 0; n < batch; n++) {
    const targets = targetsOf(classes, smoothing, labels[n] as number, weights)
    const total = targets.reduce((a, b) => a + b, 0)
    for (let k = 0; k < classes; k++) {
      const p = probabilities[n * classes + k] as number
      dlogits[n * classes + k] = (p * total - (targets[k] as number)) * scale
    }
  }
}
