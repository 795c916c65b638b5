/** Cross-entropy in float64: the loss of a picture is −Σ target·log p with p = softmax(logits). */

import { sizeOf } from '../../core/shapes.ts'
import { picturesOf } from '../arrays.ts'
import { logSoftmax } from '../softmax/reference.ts'
import type { ArraySpec, ReferenceKernel, StepSpec } from '../types.ts'
import type { CrossEntropyAttributes } from './attributes.ts'

/** n and k: pictures, and the scores of each. */
function sizesOf({ inputs }: StepSpec<CrossEntropyAttributes>): { readonly batch: number; readonly classes: number } {
  const scores = inputs[0] as ArraySpec
  const batch = picturesOf(scores)
  return { batch, classes: sizeOf(scores.shape) / batch }
}

/** PyTorch's smoothed target of one class; NaN throughout where there is no such label. */
function target(classes: number, smoothing: number, label: number, index: number): number {
  if (!(label >= 0 && label < classes)) return Number.NaN
  return (index === label ? 1 - smoothing : 0) + smoothing / classes
}

/** inputs [logits, labels] → [losses, hits, probabilities] */
export const crossEntropyReference: ReferenceKernel<CrossEntropyAttributes> = (step, { inputs, outputs }) => {
  const [logits, labels] = inputs as readonly [Float64Array, Float64Array]
  const [losses, hits, probabilities] = outputs as readonly [Float64Array, Float64Array, Float64Array]
  const { batch, classes } = sizesOf(step)
  const { smoothing } = step.attributes
  for (let n = 0; n < batch; n++) {
    const scores = logits.slice(n * classes, (n + 1) * classes)
    const logs = logSoftmax(scores)
    const label = labels[n] as number
    let loss = 0
    logs.forEach((log, k) => {
      const share = target(classes, smoothing, label, k)
      // A target of 0 costs nothing, even on a probability of 0.
      if (share !== 0) loss -= share * log
    })
    // Where every target but one is 0, a NaN among the scores is still in that one's log.
    losses[n] = loss
    const best = scores.indexOf(scores.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY))
    hits[n] = best === label && best !== -1 ? 1 : 0
    probabilities.set(logs.map(Math.exp), n * classes)
  }
}

/** inputs [probabilities, labels] → [dlogits] */
export const crossEntropyGradientReference: ReferenceKernel<CrossEntropyAttributes> = (step, { inputs, outputs }) => {
  const [probabilities, labels] = inputs as readonly [Float64Array, Float64Array]
  const [dlogits] = outputs as readonly [Float64Array]
  const { batch, classes } = sizesOf(step)
  const { smoothing } = step.attributes
  for (let n = 0; n < batch; n++)
    for (let k = 0; k < classes; k++) {
      const p = probabilities[n * classes + k] as number
      dlogits[n * classes + k] = (p - target(classes, smoothing, labels[n] as number, k)) / batch
    }
}
