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

import { expectSize, f32 } from '../specs.ts'
import type { ArraySpec, Op } from '../types.ts'
import { crossEntropyGradientReference, crossEntropyReference } from './reference.ts'
import { crossEntropyGradientWasm, crossEntropyWasm } from './wasm.ts'

export interface CrossEntropyAttributes {
  /** n, pictures in the batch. */
  readonly batch: number
  /** k, classes. */
  readonly classes: number
  /** ε, share of the target spread evenly over all classes; 0 for none. */
  readonly smoothing: number
}

const describe = ({ batch, classes, smoothing }: CrossEntropyAttributes) =>
  `${batch}×${classes}${smoothing === 0 ? '' : `, smoothing ${smoothing}`}`

/** Checks that `inputs` are [n, k] values and n labels. */
function expectInputs(
  kind: string,
  attributes: CrossEntropyAttributes,
  inputs: readonly ArraySpec[],
  what: string,
): void {
  expectSize(kind, inputs, 0, [attributes.batch, attributes.classes], what)
  expectSize(kind, inputs, 1, [attributes.batch], 'labels')
}

/**
 * [logits [n, k], labels i32 [n]] → [losses [n], hits [n], probabilities [n, k]].
 * A hit is 1 where the greatest score (the first of equals) is the label's, else 0. This op is where a backward pass
 * starts: gradients of its outputs are neither needed nor looked at.
 */
export const crossEntropy: Op<CrossEntropyAttributes> = {
  kind: 'crossEntropy',
  describe,
  outputs(attributes, inputs) {
    expectInputs('crossEntropy', attributes, inputs, 'logits')
    return [f32(attributes.batch), f32(attributes.batch), ...inputs.slice(0, 1)]
  },
  inPlace: [[0, 2]],
  gradient({ attributes, inputs: [logits, labels], outputs }, _gradients, tape) {
    const probabilities = outputs[2]
    if (logits === undefined || labels === undefined || probabilities === undefined || !tape.wants(logits)) return
    const [dlogits] = tape.emit(crossEntropyGradient, attributes, [probabilities, labels])
    if (dlogits !== undefined) tape.give(logits, dlogits)
  },
  reference: crossEntropyReference,
  wasm: crossEntropyWasm,
}

/** [probabilities [n, k], labels i32 [n]] → [dlogits [n, k]]: (p − target)/n */
export const crossEntropyGradient: Op<CrossEntropyAttributes> = {
  kind: 'crossEntropy.gradient',
  describe,
  outputs(attributes, inputs) {
    expectInputs('crossEntropy.gradient', attributes, inputs, 'probabilities')
    return inputs.slice(0, 1)
  },
  inPlace: [[0, 0]],
  reference: crossEntropyGradientReference,
  wasm: crossEntropyGradientWasm,
}

export const crossEntropyOps = { crossEntropy, 'crossEntropy.gradient': crossEntropyGradient } as const
