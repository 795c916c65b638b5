/**
 * AUX 0.3 (GAP -> FC-10): an auxiliary head (Szegedy et al. 2014). It hands its input on. In training the loss is also taken
 * of the branch's scores, and counts with this weight; scores need nothing of the branch.
 */

import { number, object } from '../../core/schema.ts'
import { NotationValueError } from '../errors.ts'
import type { Layer } from '../types.ts'

interface AuxAttributes {
  /** Weight of the branch's loss in the sum. */
  readonly weight: number
}

const weight = number({ above: 0, max: 1000 })

export const aux: Layer<AuxAttributes, object, 'aux'> = {
  type: 'aux',
  notation: {
    word: 'AUX',
    form: { number: 'required', example: 'AUX 0.3 (GAP -> FC-10)' },
    branches: 'beside',
    read({ number: given = Number.NaN }) {
      if (weight.fits(given)) return { weight: given }
      throw new NotationValueError('AUX takes the weight of its loss', {
        received: `${given}`,
        expected: 'a number above 0 and at most 1000, usually 0.3',
      })
    },
    write: (attributes) => ({ number: attributes.weight }),
  },
  attributes: object({ weight }),
  inputs: { min: 2, max: 2 },
  output: (_, volume) => volume,
  countsVolume: false,
  handsOn: true,
  auxiliary: (attributes) => attributes.weight,
  lower: ({ x }) => x,
  describe: (attributes) => `weight ${attributes.weight}`,
}
