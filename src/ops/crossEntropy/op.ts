/**
 * Softmax and cross-entropy in one (the notes' softmax classifier): for each picture the loss −Σ target·log p, whether
 * its best score is the label's, and the probabilities p. One op, because log Σ exp is stable where log(softmax) is not
 * and because its gradient is just p − target. The batch's loss is the mean of `losses`, which the host takes in
 * float64; the gradient is that of this mean.
 *
 * Targets with label smoothing ε as in PyTorch: (1 − ε)·onehot(label) + ε/k.
 * A NaN among the scores gives a NaN loss and no hit. Infinite scores: see softmax; a label whose probability is 0 costs
 * +∞. A label outside [0, k) gives a NaN loss and gradient, and nothing is read out of bounds.
 */

import { picturesOf } from '../arrays.ts'
import { expectSize, f32 } from '../specs.ts'
import type { ArraySpec, Op } from '../types.ts'
import type { CrossEntropyAttributes } from './attributes.ts'
import { crossEntropyGradientReference, crossEntropyReference } from './reference.ts'

const describe = ({ smoothing }: CrossEntropyAttributes) => (smoothing === 0 ? '' : `smoothing ${smoothing}`)

/** Checks that there is a label for each of the n pictures of [n, k]. */
function expectLabels(kind: string, inputs: readonly ArraySpec[]): number {
  const pictures = picturesOf(inputs[0] as ArraySpec)
  expectSize(kind, inputs, 1, [pictures], 'labels')
  return pictures
}

/**
 * [logits [n, …], labels i32 [n]] → [losses [n], hits [n], probabilities [n, k]].
 * A hit is 1 where the greatest score (the first of equals) is the label's, else 0. This op is where a backward pass
 * starts: gradients of its outputs are neither needed nor looked at.
 */
export const crossEntropy: Op<CrossEntropyAttributes> = {
  kind: 'crossEntropy',
  describe,
  outputs(_attributes, inputs) {
    const pictures = expectLabels('crossEntropy', inputs)
    return [f32(pictures), f32(pictures), ...inputs.slice(0, 1)]
  },
  outputNames: ['hits', 'probabilities'],
  inPlace: [[0, 2]],
  gradient({ attributes, inputs: [logits, labels], outputs }, _gradients, tape) {
    const probabilities = outputs[2]
    if (logits === undefined || labels === undefined || probabilities === undefined || !tape.wants(logits)) return
    const [dlogits] = tape.emit(crossEntropyGradient, attributes, [probabilities, labels])
    if (dlogits !== undefined) tape.give(logits, dlogits)
  },
  reference: crossEntropyReference,
}

/** [probabilities [n, k], labels i32 [n]] → [dlogits [n, k]]: (p − target)/n */
export const crossEntropyGradient: Op<CrossEntropyAttributes> = {
  kind: 'crossEntropy.gradient',
  describe,
  outputs(_attributes, inputs) {
    expectLabels('crossEntropy.gradient', inputs)
    return inputs.slice(0, 1)
  },
  inPlace: [[0, 0]],
  gradient: 'none',
  reference: crossEntropyGradientReference,
}

export const crossEntropyOps = { crossEntropy, 'crossEntropy.gradient': crossEntropyGradient } as const
