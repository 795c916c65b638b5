/**
 * Convolutions and pooling as layers of Keras, which know two paddings: none, and TensorFlow's "same". Others become a layer
 * of zeros before the window where that gives the same.
 */

import { NoForm, shapeOf, type Value, type Writing } from './writing.ts'

interface Window {
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number, number, number]
  readonly dilation: readonly [number, number]
}

type Padding = { readonly kind: 'valid' | 'same' } | { readonly kind: 'zeros'; readonly sides: readonly number[] }

function paddingOf({ input, output }: Writing, { kernel, stride, padding, dilation }: Window): Padding {
  const axes = [
    [input.height, output.height, padding[0]],
    [input.width, output.width, padding[1]],
  ] as const
  const found = axes.map(([side, count, before], at) => {
    const [step, reach] = [stride[at as 0 | 1], dilation[at as 0 | 1] * (kernel[at as 0 | 1] - 1) + 1]
    const total = Math.max((count - 1) * step + reach - side, 0)
    return {
      isValid: before === 0 && count === Math.floor((side - reach) / step) + 1,
      isSame: count === Math.ceil(side / step) && before === Math.floor(total / 2),
      before,
      after: Math.max((count - 1) * step + reach - side - before, 0),
    }
  })
  if (found.every(({ isValid }) => isValid)) return { kind: 'valid' }
  if (found.every(({ isSame }) => isSame)) return { kind: 'same' }
  const [rows, columns] = found as [(typeof found)[0], (typeof found)[0]]
  return { kind: 'zeros', sides: [rows.before, columns.before, rows.after, columns.after] }
}

/** A layer of zeros. `sides`: top, left, bottom, right. */
export function padding({ add }: Writing, x: Value, sides: readonly number[]): Value {
  const [top = 0, left = 0, bottom = 0, right = 0] = sides
  const [height = 1, width = 1, channels = 1] = x.shape
  const config = {
    padding: [
      [top, bottom],
      [left, right],
    ],
  }
  const shape = [height + top + bottom, width + left + right, channels]
  return add('ZeroPadding2D', config, { inputs: [x], shape, isPositive: x.isPositive })
}

/** The input of a window and its padding, with zeros before it where it needs them. */
function padded(writing: Writing, window: Window, x: Value) {
  const found = paddingOf(writing, window)
  if (found.kind !== 'zeros') return { x, padding: found.kind }
  return { x: padding(writing, x, found.sides), padding: 'valid' }
}

interface Convolution extends Window {
  readonly filters: number
  readonly groups: number
  readonly bias: boolean
}

export function convolution(writing: Writing): Value {
  const { array, add, output, input, dialect } = writing
  const own = writing.attributes as Convolution
  const { kernel, stride, dilation, groups, filters, bias } = own
  if (stride.some((step) => step > 1) && dilation.some((step) => step > 1))
    throw new NoForm('a stride and a dilation together')
  const config = { kernel_size: kernel, strides: stride, dilation_rate: dilation, activation: 'linear', use_bias: bias }
  const isDepthwise = groups > 1 && groups === input.channels
  if (isDepthwise && stride[0] !== stride[1]) throw new NoForm('a depthwise convolution with two strides')
  if (groups > 1 && !isDepthwise && dialect === 'tfjs') throw new NoForm(`${groups} groups`)
  const { x, padding: kind } = padded(writing, own, writing.map(writing.x))
  const made = { inputs: [x], shape: shapeOf(output) }
  if (!isDepthwise) {
    const arrays = [...array('filters', 'kernel'), ...array('bias', 'bias')]
    return add('Conv2D', { ...config, filters, groups, padding: kind }, { ...made, arrays })
  }
  const times = filters / groups
  const arrays = [...array('filters', 'depthwise_kernel', [...kernel, groups, times]), ...array('bias', 'bias')]
  return add('DepthwiseConv2D', { ...config, depth_multiplier: times, padding: kind }, { ...made, arrays })
}

/** All that the windows reach, and then the border is cut off. */
export function transposedConvolution(writing: Writing): Value {
  const { array, add, input, output } = writing
  const own = writing.attributes as Convolution & { readonly outputPadding: readonly [number, number] }
  const {
    kernel,
    stride,
    padding: [top, left],
    dilation,
    groups,
    filters,
    bias,
  } = own
  if (groups > 1) throw new NoForm(`a transposed convolution with ${groups} groups`)
  if (dilation.some((step) => step > 1)) throw new NoForm('a transposed convolution with a dilation')
  const [height, width] = ([input.height, input.width] as const).map(
    (side, at) => side * stride[at as 0 | 1] + Math.max(kernel[at as 0 | 1] - stride[at as 0 | 1], 0),
  ) as [number, number]
  const [bottom, right] = [height - top - output.height, width - left - output.width]
  if (bottom < 0 || right < 0) throw new NoForm('more rows or columns than the windows reach')
  const whole = add(
    'Conv2DTranspose',
    { kernel_size: kernel, strides: stride, padding: 'valid', filters, activation: 'linear', use_bias: bias },
    {
      inputs: [writing.map(writing.x)],
      shape: [height, width, filters],
      arrays: [...array('filters', 'kernel'), ...array('bias', 'bias')],
    },
  )
  if ([top, left, bottom, right].every((side) => side === 0)) return whole
  const cropping = [
    [top, bottom],
    [left, right],
  ]
  return add('Cropping2D', { cropping }, { inputs: [whole], shape: shapeOf(output) })
}

interface Pool extends Window {
  readonly ceil: boolean
  readonly countPadding?: boolean
}

const noDilation = ({ dilation }: Pool) => {
  if (dilation.some((step) => step > 1)) throw new NoForm('pooling with a dilation')
}

/** Of values that are not below 0, zeros around the map change no maximum. */
export function maxPool(writing: Writing): Value {
  const own = writing.attributes as Pool
  noDilation(own)
  const { x: given } = writing
  const found = paddingOf(writing, own)
  if (found.kind === 'zeros' && !given.isPositive)
    throw new NoForm('a padding that is neither 0 nor "same", of values that may be below 0')
  const { x, padding: kind } = padded(writing, own, writing.map(given))
  return pooled(writing, 'MaxPooling2D', own, x, kind)
}

/** Keras never counts its padding. */
export function averagePool(writing: Writing): Value {
  const own = writing.attributes as Pool
  noDilation(own)
  const found = paddingOf(writing, own)
  const x = writing.map(writing.x)
  const [top, left, bottom, right] = own.padding
  if (own.countPadding !== true || own.padding.every((side) => side === 0)) {
    if (found.kind === 'zeros') throw new NoForm('a padding that is neither 0 nor "same"')
    return pooled(writing, 'AveragePooling2D', own, x, found.kind)
  }
  const reach = found.kind === 'zeros' ? found.sides : [top, left, bottom, right]
  if (own.ceil && reach.some((side, index) => side > (own.padding[index] as number)))
    throw new NoForm('windows that reach over the padding (ceil)')
  return pooled(writing, 'AveragePooling2D', own, padding(writing, x, [top, left, bottom, right]), 'valid')
}

function pooled({ add, output }: Writing, type: string, { kernel, stride }: Pool, x: Value, kind: string): Value {
  const config = { pool_size: kernel, strides: stride, padding: kind }
  return add(type, config, { inputs: [x], shape: shapeOf(output), isPositive: x.isPositive })
}
