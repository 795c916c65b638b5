/**
 * The multi-class SVM loss of the notes: Σ over the classes j other than the label y of max(0, Δ + s[j] − s[y]), which is
 * what a score costs that does not stay a margin Δ below the label's. As PyTorch's MultiMarginLoss, the sum is divided by
 * the number of classes, may be squared, and is multiplied by the label's class weight; unlike in cross-entropy, the mean
 * over the batch is then still divided by n.
 *
 * Source: CS231n notes, "Multiclass Support Vector Machine loss"; Weston and Watkins 1999.
 */

import { expectLabels, printWeight } from '../losses/inputs.ts'
import { f32 } from '../specs.ts'
import type { Op } from '../types.ts'
import type { HingeAttributes } from './attributes.ts'
import { hingeReference } from './reference.ts'

/**
 * [scores [n, …], labels i32 [n], class weights [k]?] → [losses [n], hits [n], gradient [n, k]], the gradient of the mean of
 * the losses: both come from the same comparisons. Where a score is exactly at the margin, its gradient is 0. A NaN score
 * gives a NaN loss and no hit, and so does a label outside [0, k), for which nothing is read out of bounds.
 */
export const hinge: Op<HingeAttributes> = {
  kind: 'hinge',
  describe: ({ margin, squared, weight }) =>
    [`margin ${margin}`, ...(squared ? ['squared'] : []), ...printWeight(weight)].join(', '),
  outputs(_attributes, inputs) {
    const images = expectLabels('hinge', inputs)
    return [f32(images), f32(images), ...inputs.slice(0, 1)]
  },
  outputNames: ['hits', 'gradient'],
  inPlace: [[0, 2]],
  gradient({ inputs: [scores], outputs }, _gradients, tape) {
    const gradient = outputs[2]
    if (scores !== undefined && gradient !== undefined && tape.wants(scores)) tape.give(scores, gradient)
  },
  reference: hingeReference,
}

export const hingeOps = { hinge } as const
