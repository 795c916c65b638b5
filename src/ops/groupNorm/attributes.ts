/** Attributes of group normalization. */

import { type ArraySpec, lastAxis, picturesOf, rowsOf } from '../arrays.ts'
import type { BatchNormAttributes, Extent } from '../batchNorm/attributes.ts'

export interface GroupNormAttributes extends BatchNormAttributes {
  /** The number of groups of neighboring channels; each group is normalized separately. */
  readonly groups: number
}

export interface PictureExtent extends Extent {
  readonly pictures: number
}

/** Rows of one picture. */
export function picturesExtent(inputs: readonly ArraySpec[]): PictureExtent {
  const x = inputs[0] as ArraySpec
  const pictures = picturesOf(x)
  return { pictures, rows: rowsOf(x) / pictures, channels: lastAxis(x) }
}
