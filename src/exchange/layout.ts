/**
 * Tensors at a model's border: between the layout of other programs (by channel, NCHW) and ours (by position, NHWC), and
 * between their rank and a volume: the scores of 10 classes are [n, 10] here and [n, 10, 1, 1] there.
 */

import { type Shape, sameShape, sizeOf, type Volume } from '../core/shapes.ts'
import type { TensorForm } from '../model/info.ts'

export type Layout = 'nchw' | 'nhwc'

/** Without the batch: [c, h, w] or [h, w, c]. */
export function shapeIn(layout: Layout, { height, width, channels }: Volume): Shape {
  return layout === 'nchw' ? [channels, height, width] : [height, width, channels]
}

/** [n, c, h, w] → [n, h, w, c]. A new array. */
export function toPositions(values: Float32Array, volume: Volume): Float32Array {
  const area = volume.height * volume.width
  return turned(values, volume.channels, area)
}

/** [n, h, w, c] → [n, c, h, w]. A new array. */
export function toChannels(values: Float32Array, volume: Volume): Float32Array {
  const area = volume.height * volume.width
  return turned(values, area, volume.channels)
}

/** [n, rows, columns] → [n, columns, rows] */
function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length)
  const size = rows * columns
  for (let start = 0; start < values.length; start += size)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        result[start + column * rows + row] = values[start + row * columns + column] as number
  return result
}

/** A form of the tensors of a batch, without the batch. */
interface Accepted {
  readonly shape: Shape
  readonly layout: Layout
}

/** What is read as a volume: in the layout that was asked for, and in the model's own form where that has another rank. */
export function acceptedInputs(layout: Layout, volume: Volume, form: TensorForm | undefined): readonly Accepted[] {
  const accepted: Accepted[] = [{ shape: shapeIn(layout, volume), layout }]
  // Values without positions, or without channels, have one order.
  if (volume.height * volume.width === 1) accepted.push({ shape: [volume.channels], layout })
  if (volume.channels === 1) accepted.push({ shape: [volume.height, volume.width], layout })
  if (form !== undefined && !isVolume(form, volume) && sizeOf(form.shape) === sizeOf(shapeIn(layout, volume)))
    accepted.push({ shape: form.shape, layout: layoutOf(form) })
  return accepted
}

export interface OutputForm {
  /** Without the batch. */
  readonly shape: Shape
  readonly layout: Layout
}

/** How a volume is written: by the model's own rank where it says one. */
export function outputForm(layout: Layout, volume: Volume, form: TensorForm | undefined): OutputForm {
  if (form === undefined || sizeOf(form.shape) !== sizeOf(shapeIn(layout, volume))) {
    const flat = volume.height * volume.width === 1
    return { shape: flat ? [volume.channels] : shapeIn(layout, volume), layout }
  }
  if (isVolume(form, volume)) return { shape: shapeIn(layout, volume), layout }
  return { shape: form.shape, layout: layoutOf(form) }
}

/** Whether the form is the volume itself, axis by axis, and so follows the layout that is asked for. */
function isVolume(form: TensorForm, volume: Volume): boolean {
  return sameShape(form.shape, shapeIn(layoutOf(form), volume))
}

const layoutOf = ({ order }: TensorForm): Layout => (order === 'chw' ? 'nchw' : 'nhwc')

/** `[n, 3, 224, 224]` */
export function printBatch(shape: Shape): string {
  return `[${['n', ...shape].join(', ')}]`
}
