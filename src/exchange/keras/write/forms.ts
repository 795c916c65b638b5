/** Every layer that Keras has, too, as layers of Keras. What is not in this table is refused. */

import type { Shape } from '../../../core/shapes.ts'
import { sizeOf } from '../../../core/shapes.ts'
import { averagePool, convolution, maxPool, padding, transposedConvolution } from './windows.ts'
import { type Dialect, NoForm, shapeOf, type Value, type Writing } from './writing.ts'

type Form = (writing: Writing) => Value

/** An activation function by its name in each dialect; where there is none, it has no such function. */
function activation(keras: string, tfjs: string | null = keras, isPositive = false): Form {
  return ({ x, add, dialect, attributes }) => {
    const { approximate, parameter = 1 } = attributes as { approximate?: string; parameter?: number }
    const name = dialect === 'keras' ? keras : tfjs
    if (name === null) throw new NoForm(`TensorFlow.js has no ${keras}, or computes another`)
    if (approximate !== undefined) throw new NoForm(`an approximation by ${approximate}`)
    if (parameter !== 1) throw new NoForm(`${keras} with the parameter ${parameter}`)
    return add('Activation', { activation: name }, { inputs: [x], shape: x.shape, isPositive })
  }
}

/** The layer of a function with one parameter. */
function withParameter(type: string, key: (dialect: Dialect) => string): Form {
  return ({ x, add, dialect, attributes }) => {
    const { parameter } = attributes as { parameter?: number }
    return add(type, { [key(dialect)]: parameter ?? 1 }, { inputs: [x], shape: x.shape })
  }
}

const handedOn: Form = ({ x }) => x

/** With as many axes: a list of channels beside maps is a map of one position. */
function joining(type: string, config: object = {}): Form {
  return ({ inputs, add, map, output }) => {
    const flat = inputs.every(({ shape }) => shape.length === 1)
    const values = flat ? inputs : inputs.map(map)
    const shape = flat ? [output.channels] : shapeOf(output)
    return add(type, config, { inputs: values, shape, isPositive: inputs.every((each) => each.isPositive) })
  }
}

const global =
  (type: string): Form =>
  ({ x, map, add, output }) =>
    add(type, {}, { inputs: [map(x)], shape: [output.channels], isPositive: x.isPositive })

interface Norm {
  readonly epsilon: number
  readonly momentum: number
  readonly groups: number
  readonly over?: string
}

function norm(type: string, configOf: (norm: Norm, channels: number) => object, ...tracked: readonly string[]): Form {
  return (writing) => {
    const { x, add, array, attributes, output } = writing
    const own = attributes as Norm
    const [gamma, beta] = [array('scale', 'gamma'), array('shift', 'beta')]
    const others = tracked.flatMap((name) => array(name, `moving_${name}`))
    const config = { axis: -1, epsilon: own.epsilon, scale: gamma.length > 0, center: beta.length > 0 }
    return add(
      type,
      { ...config, ...configOf(own, output.channels) },
      { inputs: [x], shape: x.shape, arrays: [...gamma, ...beta, ...others] },
    )
  }
}

const groupNorm = (groupsOf: (norm: Norm, channels: number) => number): Form => {
  const write = norm('GroupNormalization', (own, channels) => ({ groups: groupsOf(own, channels) }))
  return (writing) => {
    if (writing.dialect === 'tfjs') throw new NoForm('TensorFlow.js has no GroupNormalization')
    return write({ ...writing, x: writing.map(writing.x) })
  }
}

/** Orders of values: those of a line of positions or channels are the same. */
function expectPositions({ attributes, x: { shape } }: Writing): void {
  const { channelsFirst } = attributes as { channelsFirst: boolean }
  if (channelsFirst && shape.length === 3 && (shape[0] as number) * (shape[1] as number) > 1 && shape[2] !== 1)
    throw new NoForm("values in PyTorch's order (chw), which Keras's Flatten and Reshape do not have")
}

export const kerasForms: Readonly<Record<string, Form>> = {
  input: ({ add, output }) => add('InputLayer', {}, { inputs: [], shape: shapeOf(output) }),
  conv: convolution,
  tconv: transposedConvolution,
  pool: maxPool,
  avgpool: averagePool,
  gap: global('GlobalAveragePooling2D'),
  gmp: global('GlobalMaxPooling2D'),
  fc({ x, flat, add, array, output }) {
    const from = flat(x)
    const arrays = [...array('filters', 'kernel', [sizeOf(from.shape), output.channels]), ...array('bias', 'bias')]
    const config = { units: output.channels, activation: 'linear', use_bias: arrays.length > 1 }
    return add('Dense', config, { inputs: [from], shape: [output.channels], arrays })
  },
  relu: activation('relu', 'relu', true),
  relu6: ({ x, add }) => add('ReLU', { max_value: 6 }, { inputs: [x], shape: x.shape, isPositive: true }),
  lrelu: withParameter('LeakyReLU', (dialect) => (dialect === 'keras' ? 'negative_slope' : 'alpha')),
  elu: withParameter('ELU', () => 'alpha'),
  celu: activation('celu', null),
  selu: activation('selu'),
  sigmoid: activation('sigmoid', 'sigmoid', true),
  tanh: activation('tanh'),
  softplus: activation('softplus', 'softplus', true),
  softsign: activation('softsign'),
  softmax: activation('softmax', 'softmax', true),
  silu: activation('silu', 'swish'),
  mish: activation('mish'),
  gelu: activation('gelu', null),
  hardsigmoid: activation('hard_sigmoid', null, true),
  hardswish: activation('hard_swish', null),
  prelu({ x, add, array, attributes, output }) {
    const { shared } = attributes as { shared: boolean }
    const sides = [...x.shape.slice(0, -1).map(() => 1), shared ? 1 : output.channels]
    const axes = x.shape.slice(0, shared ? undefined : -1).map((_, axis) => axis + 1)
    const config = axes.length === 0 ? {} : { shared_axes: axes }
    return add('PReLU', config, { inputs: [x], shape: x.shape, arrays: array('slope', 'alpha', sides) })
  },
  bn: norm(
    'BatchNormalization',
    ({ momentum }) => ({ momentum: Number((1 - momentum).toPrecision(12)) }),
    'mean',
    'variance',
  ),
  gn: groupNorm(({ groups }) => groups),
  in: groupNorm((_, channels) => channels),
  ln(writing) {
    if ((writing.attributes as Norm).over !== 'channels') throw new NoForm('a norm over the whole volume')
    return norm('LayerNormalization', () => ({}))(writing)
  },
  dropout: ({ x, add, attributes }) =>
    add('Dropout', { rate: (attributes as { rate: number }).rate }, { ...x, inputs: [x] }),
  droppath: handedOn,
  aux: handedOn,
  loss: handedOn,
  add: joining('Add'),
  multiply: joining('Multiply'),
  concat: joining('Concatenate', { axis: -1 }),
  flatten(writing) {
    expectPositions(writing)
    return writing.flat(writing.x)
  },
  reshape(writing) {
    expectPositions(writing)
    const { x, add, output } = writing
    const shape: Shape = shapeOf(output)
    return add('Reshape', { target_shape: shape }, { inputs: [x], shape, isPositive: x.isPositive })
  },
  scale({ x, map, add, array, attributes, output }) {
    const { factor, learned } = attributes as { factor: number; learned: boolean }
    if (!learned) return add('Rescaling', { scale: factor, offset: 0 }, { inputs: [x], shape: x.shape })
    const config = { kernel_size: [1, 1], strides: [1, 1], padding: 'valid', depth_multiplier: 1, use_bias: false }
    const arrays = array('scale', 'depthwise_kernel', [1, 1, output.channels, 1])
    return add('DepthwiseConv2D', config, { inputs: [map(x)], shape: shapeOf(output), arrays })
  },
  pad(writing) {
    const { mode, padding: sides } = writing.attributes as { mode: string; padding: readonly number[] }
    if (mode !== 'zero') throw new NoForm(`PAD ${mode}`)
    return padding(writing, writing.map(writing.x), sides)
  },
  crop({ x, map, add, attributes, input, output }) {
    const { cut } = attributes as { cut?: readonly number[] }
    const rest = [input.height - output.height, input.width - output.width] as const
    const [top = 0, left = 0] = cut ?? rest.map((lines) => Math.floor(lines / 2))
    const cropping = [
      [top, rest[0] - top],
      [left, rest[1] - left],
    ]
    return add('Cropping2D', { cropping }, { inputs: [map(x)], shape: shapeOf(output), isPositive: x.isPositive })
  },
  upsample({ x, map, add, attributes, input, output, dialect }) {
    const { mode } = attributes as { mode: string }
    const size = [output.height / input.height, output.width / input.width]
    if (!size.every(Number.isInteger)) throw new NoForm('a factor that is not whole')
    if (mode === 'corners' || (mode === 'bilinear' && dialect === 'tfjs'))
      throw new NoForm(
        `bilinear values at other places than ${dialect === 'tfjs' ? 'TensorFlow.js' : 'Keras'} has them`,
      )
    const config = { size, interpolation: mode }
    return add('UpSampling2D', config, { inputs: [map(x)], shape: shapeOf(output), isPositive: x.isPositive })
  },
}
