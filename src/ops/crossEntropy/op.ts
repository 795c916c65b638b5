/**
 * Softmax and cross-entropy in one (the notes' softmax classifier): for each picture the loss −Σ target·log p, whether
 * its best score is the label's, and the probabilities p. One op, because log Σ exp is stable where log(softmax) is not
 * and because its gradient is just p − target. The batch's loss is the mean of `losses`, which the host takes in
 * float64; the gradient is that of this mean.
 *
 * Targets with label smoothing ε and class weights w as in PyTorch: w·((1 − ε)·onehot(label) + ε/k). With class weights
 * the mean over the batch is divided by the sum of the weights of its labels instead of n: each loss is multiplied by
 * n / Σ w[label], so that the plain mean of `losses` is that of PyTorch.
 * Instead of a label, a picture can have a share of each class (mixup, CutMix): f32 [n, k]. Their targets are
 * w·((1 − ε)·share + ε/k), and the mean is over n, with class weights, too: PyTorch's for class probabilities.
 * A NaN among the scores gives a NaN loss and no hit. Infinite scores: see softmax; a label whose probability is 0 costs
 * +∞. A label outside [0, k) gives a NaN loss and gradient, and nothing is read out of bounds.
 */

import { expectLabels, expectTargets, printWeight } from '../losses/inputs.ts'
import { f32 } from '../specs.ts'
import type { ArraySpec, Op } from '../types.ts'
import { type CrossEntropyAttributes, hasShares } from './attributes.ts'
import { crossEntropyGradientReference, crossEntropyReference } from './reference.ts'

const describe = ({ smoothing, weight }: CrossEntropyAttributes) =>
  [...(smoothing === 0 ? [] : [`smoothing ${smoothing}`]), ...printWeight(weight)].join(', ')

/** n. Throws `OpShapeError`. */
function expectClasses(kind: string, inputs: readonly ArraySpec[]): number {
  return (hasShares(inputs) ? expectTargets : expectLabels)(kind, inputs)
}

/**
 * [logits [n, …], labels i32 [n] or shares f32 [n, k], class weights [k]?] → [losses [n], hits [n], probabilities [n, k]].
 * A hit is 1 where the greatest score (the first of equals) is that of the label, or of the greatest share, else 0. This op is where a backward pass
 * starts: gradients of its outputs are neither needed nor looked at.
 */
export const crossEntropy: Op<CrossEntropyAttributes> = {
  kind: 'crossEntropy',
  describe,
  outputs(_attributes, inputs) {
    const pictures = expectClasses('crossEntropy', inputs)
    return [f32(pictures), f32(pictures), ...inputs.slice(0, 1)]
  },
  outputNames: ['hits', 'probabilities'],
  inPlace: [[0, 2]],
  gradient({ attributes, inputs: [logits, labels, ...weights], outputs }, _gradients, tape) {
    const probabilities = outputs[2]
    if (logits === undefined || labels === undefined || probabilities === undefined || !tape.wants(logits)) return
    const [dlogits] = tape.emit(crossEntropyGradient, attributes, [probabilities, labels, ...weights])
    if (dlogits !== undefined) tape.give(logits, dlogits)
  },
  reference: crossEntropyReference,
}

/** [probabilities [n, k], labels or shares, class weights [k]?] → [dlogits [n, k]]: (p·Σ target − target)/Σ w[label]; or /n */
export const crossEntropyGradient: Op<CrossEntropyAttributes> = {
  kind: 'crossEntropy.gradient',
  describe,
  outputs(_attributes, inputs) {
    expectClasses('crossEntropy.gradient', inputs)
    return inputs.slice(0, 1)
  },
  inPlace: [[0, 0]],
  gradient: 'none',
  reference: crossEntropyGradientReference,
}

export const crossEntropyOps = { crossEntropy, 'crossEntropy.gradient': crossEntropyGradient } as const
