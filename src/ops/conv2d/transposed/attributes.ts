/** Attributes of transposed convolution: those of the convolution that it transposes, a bias, and what is done at the store. */

import type { Clamp } from '../../pointwise/table.ts'
import type { Conv2dGeometry } from '../geometry.ts'

export interface TransposedAttributes extends Conv2dGeometry {
  readonly bias: boolean
  /** Applied at the store. */
  readonly activation: 'none' | Clamp
}
