/**
 * How far numbers are from their targets: the squared error r², or Huber's loss, r²/2 up to |r| = δ and δ·(|r| − δ/2)
 * beyond, which outliers do not rule. The loss of an image is the mean over its numbers, as with PyTorch's MSELoss and
 * HuberLoss; SmoothL1Loss(β) is Huber's with δ = β, divided by β.
 *
 * Source: CS231n notes, "Regression"; Huber 1964, Robust Estimation of a Location Parameter.
 */

import { expectTargets, printWeight } from '../losses/inputs.ts'
import { f32 } from '../specs.ts'
import type { Op } from '../types.ts'
import type { DistanceAttributes } from './attributes.ts'
import { distanceReference } from './reference.ts'

/**
 * [y [n, …], targets of as many values] → [losses [n], gradient], the gradient of the mean of the losses: both follow from
 * the same differences. A NaN gives a NaN loss.
 */
export const distance: Op<DistanceAttributes> = {
  kind: 'distance',
  describe: ({ delta, weight }) =>
    [delta === undefined ? 'squared' : `Huber, delta ${delta}`, ...printWeight(weight)].join(', '),
  outputs(_attributes, inputs) {
    return [f32(expectTargets('distance', inputs)), ...inputs.slice(0, 1)]
  },
  outputNames: ['gradient'],
  inPlace: [[0, 1]],
  gradient({ inputs: [y], outputs }, _gradients, tape) {
    const gradient = outputs[1]
    if (y !== undefined && gradient !== undefined && tape.wants(y)) tape.give(y, gradient)
  },
  reference: distanceReference,
}

export const distanceOps = { distance } as const
