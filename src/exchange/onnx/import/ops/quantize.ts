/**
 * Weights that are stored as integers with a scale: (q − zero point)·scale, for all values or along an axis. Values that are
 * computed from the image are not quantized by any layer.
 */

import { type Context, numbersOf, Obstacle } from '../context.ts'
import { broadcast, indexer } from '../fold.ts'
import type { Handlers } from '../handler.ts'
import { axisOf } from '../shapes.ts'
import type { Constant } from '../values.ts'

export const quantization: Handlers = {
  DequantizeLinear(context) {
    if (context.int('block_size', 0) !== 0) throw new Obstacle('scales of blocks along an axis')
    const value = context.constant(0, 'the quantized values')
    const scale = along(context, value, context.constant(1, 'the scales'))
    const zero = context.has(2) ? along(context, value, context.constant(2, 'the zero points')) : undefined
    const { shape } = value
    const broadcasts = [scale, zero].map(
      (each) =>
        each &&
        indexer(
          broadcast(
            each.shape,
            shape.map(() => 1),
          ),
          shape,
        ),
    )
    const [scaleAt, zeroAt] = broadcasts
    // Made where it is needed, and not kept: it may be a large weight.
    const entries = () => {
      const [codes, scales, zeros] = [value.entries(), numbersOf(scale), zero === undefined ? [] : numbersOf(zero)]
      return Float32Array.from({ length: codes.length }, (_, at) => {
        const offset = zeroAt === undefined ? 0 : (zeros[zeroAt(at)] as number)
        return ((codes[at] as number) - offset) * Math.fround(scales[scaleAt?.(at) ?? 0] as number)
      })
    }
    return [{ kind: 'constant', shape, entries, isInteger: false }]
  },
}

/** With the axis of a list of numbers, so that it is broadcast along it. */
function along(context: Context, { shape }: Constant, numbers: Constant): Constant {
  if (numbers.shape.length === 0 || (numbers.shape.length === 1 && numbers.shape[0] === 1 && shape.length === 0))
    return numbers
  const [length = 1] = numbers.shape
  if (numbers.shape.length > 1) throw new Obstacle(`scales of ${numbers.shape.length} axes`)
  const axis = length === 1 ? 0 : axisOf(context.int('axis', 1), shape.length)
  if (length !== 1 && length !== shape[axis])
    throw new Obstacle(`${length} scales or zero points along an axis of ${shape[axis]}`)
  return { ...numbers, shape: shape.map((_, each) => (each === axis ? length : 1)) }
}
