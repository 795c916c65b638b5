/** Attributes of layer normalization. */

import type { Affine } from '../affine.ts'

export interface LayerNormAttributes extends Affine {
  /** Added to the variance. */
  readonly epsilon: number
}
