/** The inputs of a graph as activations: an image in PyTorch's or TensorFlow's layout, or several that are stacked. */

import { printable } from '../../../core/text.ts'
import { UnsupportedModelError } from '../../errors.ts'
import type { NetworkBuilder, Wire } from '../../networkBuilder.ts'
import type { OnnxValue } from '../proto/model.ts'
import { type Activation, batch, whole } from './values.ts'

/** NCHW or NHWC; of fewer dimensions only the first has a meaning here. */
export type Layout = 'nchw' | 'nhwc'

export interface InputOptions {
  /** Rows and columns of the image, where the model leaves them open. */
  readonly size?: { readonly height: number; readonly width: number }
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
  return activationOf(inputLayer(builder, sides), sides, value, layout)
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
    return activationOf(wire, { h, w, c }, value, 'nchw')
  })
}

function inputLayer(builder: NetworkBuilder, { h, w, c }: Sides): Wire {
  return builder.add({ word: 'INPUT', parts: { volume: [h, w, c] }, inputs: [], name: '' })
}

function activationOf(wire: Wire, sides: Sides, { shape = [] }: OnnxValue, layout: Layout): Activation {
  const order = orders[layout][shape.length - 1] ?? []
  return { kind: 'activation', wire, dimensions: [[batch], ...order.map((root) => whole(root, sides[root]))] }
}

function sidesOf({ name, shape, type }: OnnxValue, layout: Layout, { size }: InputOptions): Sides {
  const order = shape === undefined ? undefined : orders[layout][shape.length - 1]
  if (shape === undefined || order === undefined) {
    throw new UnsupportedModelError('the input of the graph is not an image', {
      received: shape === undefined ? 'an input without a shape' : `${shape.length} dimensions`,
      expected: '[N, C, H, W] or [N, H, W, C]',
    })
  }
  if (![0, 1, 10, 11, 16].includes(type)) {
    throw new UnsupportedModelError('the input of the graph is not numbers with fractions', {
      received: `element type ${type}`,
      expected: 'float32',
    })
  }
  const sides = { h: 1, w: 1, c: 1 }
  for (const [index, root] of order.entries()) {
    const given = root === 'h' ? size?.height : root === 'w' ? size?.width : undefined
    const found = shape[index + 1]
    const side = typeof found === 'number' && found > 0 ? found : given
    if (side === undefined) {
      throw new UnsupportedModelError('the size of the image is open in this model', {
        received: `[${shape.join(', ')}] for ${printable(name)}`,
        expected: 'numbers for channels, rows and columns',
        advice: 'say the size: --size 224, or importOnnx(bytes, { size: { height: 224, width: 224 } })',
      })
    }
    sides[root] = side
  }
  return sides
}
