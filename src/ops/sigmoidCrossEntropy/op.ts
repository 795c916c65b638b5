/**
 * Sigmoid and cross-entropy in one, for several labels at once (the notes' "Attribute classification"): each score x is a
 * classifier of its own, with target t (1 where the label applies, 0 where not, or a probability) and loss
 * −q·t·log σ(x) − (1 − t)·log(1 − σ(x)), where q is the label's positive weight, 1 without weights. The loss of an image is
 * the mean over its labels, as with PyTorch's BCEWithLogitsLoss(pos_weight). One op, because log σ(x) is stable where
 * log(sigmoid) is not.
 */

import { expectTargets, printWeight } from '../losses/inputs.ts'
import { f32 } from '../specs.ts'
import type { Op } from '../types.ts'
import type { SigmoidCrossEntropyAttributes } from './attributes.ts'
import { sigmoidCrossEntropyReference } from './reference.ts'

/**
 * [scores [n, …], targets of as many values, positive weights [k]?] → [losses [n], hits [n], gradient], the gradient of the
 * mean of the losses: both follow from the same exponentials. A hit is 1 where all labels of the image are right: x > 0
 * where t > ½, and only there. A NaN gives a NaN loss and no hit.
 */
export const sigmoidCrossEntropy: Op<SigmoidCrossEntropyAttributes> = {
  kind: 'sigmoidCrossEntropy',
  describe: ({ weight }) => printWeight(weight).join(', '),
  outputs(_attributes, inputs) {
    const images = expectTargets('sigmoidCrossEntropy', inputs)
    return [f32(images), f32(images), ...inputs.slice(0, 1)]
  },
  outputNames: ['hits', 'gradient'],
  gradient({ inputs: [scores], outputs }, _gradients, tape) {
    const gradient = outputs[2]
    if (scores !== undefined && gradient !== undefined && tape.wants(scores)) tape.give(scores, gradient)
  },
  reference: sigmoidCrossEntropyReference,
}

export const sigmoidCrossEntropyOps = { sigmoidCrossEntropy } as const
