/** Attributes of `permute`: the axes of one image, split as needed, and their new order. */

import type { Shape } from '../../core/shapes.ts'

export interface PermuteAttributes {
  /** Lengths of the input's axes, slowest first, without the batch: their product is an image. At most five. */
  readonly axes: Shape
  /** Output axis k is input axis `order[k]`. */
  readonly order: readonly number[]
  /** [height, width, channels] that the result is read as. */
  readonly volume: readonly [number, number, number]
}

/** Of each output axis: its length, and the values between neighbours along it in the input. */
export function walks({
  axes,
  order,
}: PermuteAttributes): readonly { readonly length: number; readonly step: number }[] {
  return order.map((axis) => ({
    length: axes[axis] ?? 1,
    step: axes.slice(axis + 1).reduce((product, length) => product * length, 1),
  }))
}
