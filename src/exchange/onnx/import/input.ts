/** The inputs of a graph as activations: an image in PyTorch's or TensorFlow's layout, or several that are stacked. */

import { printable } from '../../../core/text.ts'
import { UnsupportedModelError } from '../../errors.ts'
import type { NetworkBuilder, Wire } from '../../networkBuilder.ts'
import type { OpenSizes } from '../../types.ts'
import type { OnnxValue } from '../proto/model.ts'
import { regroup } from './reshape.ts'
import { type Activation, batch, whole } from './values.ts'

/** NCHW or NHWC; of fewer dimensions only the first has a meaning here. */
export type Layout = 'nchw' | 'nhwc'

export interface InputOptions extends OpenSizes {
  /** The graph's inputs are one image each, without an axis for the batch. Default: their first axis is the batch. */
  readonly batchless?: boolean
}

/** ONNX's numbers of element types: of numbers with fractions, and of integers, which are numbers as well. */
const types = { floats: [1, 10, 11, 16], integers: [2, 3, 4, 5, 6, 7, 12] } as const

/** Whether the graph takes the bytes of an image as they are. */
export function takesBytes({ type }: OnnxValue): boolean {
  return type === 2
}

interface Sides {
  readonly h: number
  readonly w: number
  readonly c: number
}

const orders = {
  nchw: [[], ['c'], ['c', 'w'], ['c', 'h', 'w']],
  nhwc: [[], ['c'], ['w', 'c'], ['h', 'w', 'c']],
} as const

/** The image that the network takes. */
export function imageOf(builder: NetworkBuilder, value: OnnxValue, layout: Layout, options: InputOptions): Activation {
  const sides = sidesOf(value, layout, options)
  return activationOf(inputLayer(builder, sides), sides, value, layout, options)
}

/**
 * Several inputs as parts of one: the values of each, in the order of its own dimensions, follow those of the one before as
 * channels of a single position. A network has one input; graphs of other programs' tests have more.
 */
export function stackedOf(
  builder: NetworkBuilder,
  values: readonly OnnxValue[],
  options: InputOptions,
): readonly Activation[] {
  const sides = values.map((value) => sidesOf(value, 'nchw', options))
  const counts = sides.map(({ h, w, c }) => h * w * c)
  const all = inputLayer(builder, { h: 1, w: 1, c: counts.reduce((a, b) => a + b, 0) })
  let from = 0
  return values.map((value, index) => {
    const { h, w, c } = sides[index] as Sides
    const count = counts[index] as number
    const part = builder.add({ word: 'SLICE', parts: { count, options: { from: [from] } }, inputs: [all] })
    from += count
    const wire = builder.add({ word: 'RESHAPE', parts: { volume: [h, w, c], flags: ['chw'] }, inputs: [part] })
    return activationOf(wire, { h, w, c }, value, 'nchw', options)
  })
}

function inputLayer(builder: NetworkBuilder, { h, w, c }: Sides): Wire {
  return builder.add({ word: 'INPUT', parts: { volume: [h, w, c] }, inputs: [], name: '' })
}

function activationOf(
  wire: Wire,
  sides: Sides,
  { shape = [] }: OnnxValue,
  layout: Layout,
  { batchless = false }: InputOptions,
): Activation {
  const own = ownShape(shape, batchless)
  const dimensions = (orders[layout][own.length] ?? []).map((root) => whole(root, sides[root]))
  if (!batchless) return { kind: 'activation', wire, dimensions: [[batch], ...dimensions] }
  // Of four axes, the first two are parts of the channels.
  const split = shape.length === 4 ? regroup([dimensions[0] ?? []], shape.slice(0, 2) as number[], undefined) : []
  const rest = shape.length === 4 ? dimensions.slice(1) : dimensions
  return { kind: 'activation', wire, dimensions: [...(split ?? []), ...rest] }
}

/** The axes of one image. */
function ownShape(shape: NonNullable<OnnxValue['shape']>, batchless: boolean): NonNullable<OnnxValue['shape']> {
  if (!batchless) return shape.slice(1)
  const [a, b, ...rest] = shape
  return shape.length === 4 && typeof a === 'number' && typeof b === 'number' ? [a * b, ...rest] : shape
}

function sidesOf({ name, shape, type }: OnnxValue, layout: Layout, { size, batchless = false }: InputOptions): Sides {
  const own = shape === undefined || shape.length === 0 ? undefined : ownShape(shape, batchless)
  const order = own === undefined ? undefined : orders[layout][own.length]
  if (shape === undefined || own === undefined || order === undefined) {
    throw new UnsupportedModelError('the input of the graph is not an image', {
      received: shape === undefined ? 'an input without a shape' : `${shape.length} dimensions`,
      expected: '[N, C, H, W] or [N, H, W, C]',
    })
  }
  if (![0, ...Object.values(types).flat()].includes(type)) {
    throw new UnsupportedModelError('the input of the graph is not an image', {
      received: `element type ${type}`,
      expected: 'numbers: float32, or bytes that the graph casts to it',
    })
  }
  const sides = { h: 1, w: 1, c: 1 }
  for (const [index, root] of order.entries()) {
    const given = root === 'h' ? size?.height : root === 'w' ? size?.width : size?.channels
    const found = own[index]
    const side = typeof found === 'number' && found > 0 ? found : given
    if (side === undefined) {
      const known = shape.map((each) => (each === '' ? '?' : each)).join(', ')
      throw new UnsupportedModelError('the size of the image is open in this model', {
        received: `[${printable(known)}] for ${printable(name)}`,
        expected: 'numbers for channels, rows and columns',
        advice:
          root === 'c'
            ? 'export the model with the number of channels, or onnx.tools.update_model_dims'
            : 'say the size: --size 224 or --size 192x256 (height x width); in a program, importOnnx(bytes, { size: { height: 224, width: 224 } })',
      })
    }
    sides[root] = side
  }
  return sides
}
