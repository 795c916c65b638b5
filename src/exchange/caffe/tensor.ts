/** What flows between Caffe's layers: a value of ours and the shape that Caffe gives it, which says what an axis means. */

import { printShape, type Shape, type Volume } from '../../core/shapes.ts'
import type { Wire } from '../networkBuilder.ts'
import { refuse } from './refuse.ts'

export interface Tensor {
  readonly wire: Wire
  /** [n, k], [n, c, l] or [n, c, h, w]. */
  readonly shape: Shape
}

/** An output with as many axes as the tensor it was made from. */
export function likeTensor(wire: Wire, { shape }: Tensor): Tensor {
  const { channels, height, width } = wire.volume
  return { wire, shape: [shape[0] as number, ...[channels, height, width].slice(0, shape.length - 1)] }
}

export function mapTensor(wire: Wire, { shape }: Tensor): Tensor {
  const { channels, height, width } = wire.volume
  return { wire, shape: [shape[0] as number, channels, height, width] }
}

/** The volume of one image. */
export function volumeOf(shape: Shape): Volume {
  const [, channels = 1, height = 1, width = 1, ...others] = shape
  if (others.length > 0) refuse(`a shape of ${shape.length} axes, ${printShape(shape)}`)
  return { height, width, channels }
}

/** Axes may be counted from the end. */
export function axisOf(axis: number, { shape }: Tensor): number {
  const counted = axis < 0 ? axis + shape.length : axis
  if (counted < 0 || counted >= shape.length) refuse(`axis ${axis} of a blob of ${shape.length} axes`)
  return counted
}

/** The axis of the channels is the only one along which our layers join, split and normalize. */
export function expectChannelAxis(axis: number, tensor: Tensor): void {
  if (axisOf(axis, tensor) !== 1) refuse(`axis ${axis} (only axis 1, the channels)`)
}
