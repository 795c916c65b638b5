/**
 * Inverted dropout (the notes, "Regularization"): at training time a value is dropped with probability `rate`, and those
 * that stay are divided by 1 − rate, so that prediction needs no change. The mask is a pure function of the run's seed,
 * the step, the layer and the element (mask.ts): it is never stored, and backward makes it again.
 */

import { SEED_COUNT } from '../scalars.ts'
import { expectSize } from '../specs.ts'
import type { Op } from '../types.ts'
import type { DropoutAttributes } from './attributes.ts'
import { dropoutPathReference, dropoutReference } from './reference.ts'

/** [x, seed] → [y]. Its gradient is itself: the mask and the factor of the values, applied to the gradients. */
export const dropout: Op<DropoutAttributes> = {
  kind: 'dropout',
  describe: ({ rate, stream }) => `rate ${rate}, stream ${stream}`,
  outputs(_attributes, inputs) {
    expectSize('dropout', inputs, 1, [SEED_COUNT], 'seed and step')
    return inputs.slice(0, 1)
  },
  inPlace: [[0, 0]],
  gradient({ attributes, inputs: [x, seed] }, [dy], tape) {
    if (dy === undefined || x === undefined || seed === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(dropout, attributes, [dy, seed])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: dropoutReference,
}

/**
 * [x, seed] → [y]: the same for whole images, with the number of an image in its batch for an element: stochastic depth
 * (Huang et al. 2016), each image by itself as in EfficientNet and timm. Its gradient is itself.
 */
export const dropoutPath: Op<DropoutAttributes> = {
  ...dropout,
  kind: 'dropout.path',
  gradient({ attributes, inputs: [x, seed] }, [dy], tape) {
    if (dy === undefined || x === undefined || seed === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(dropoutPath, attributes, [dy, seed])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: dropoutPathReference,
}

export const dropoutOps = { dropout, 'dropout.path': dropoutPath } as const
