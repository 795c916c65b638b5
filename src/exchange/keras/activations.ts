/** Activation functions: as layers, and as the `activation` of other layers. */

import type { WordParts } from '../../layers/types.ts'
import type { NetworkBuilder, Wire } from '../networkBuilder.ts'
import { isObject, Obstacle, Settings, shown } from './settings.ts'
import { affine, after, channelAxis, inputOf, type LayerReading, type Tensor } from './tensor.ts'

/** Functions without settings. The name of the function → our word. */
const words: Readonly<Record<string, readonly [word: string, parts?: WordParts]>> = {
  relu: ['RELU'],
  relu6: ['RELU6'],
  sigmoid: ['SIGMOID'],
  tanh: ['TANH'],
  softplus: ['SOFTPLUS'],
  softsign: ['SOFTSIGN'],
  elu: ['ELU'],
  selu: ['SELU'],
  celu: ['CELU'],
  gelu: ['GELU'],
  swish: ['SILU'],
  silu: ['SILU'],
  mish: ['MISH'],
  hard_swish: ['HARDSWISH'],
  hard_silu: ['HARDSWISH'],
  leaky_relu: ['LRELU', { number: 0.2 }],
}

/** Adds the function that a layer's `activation` names; null and `linear` add nothing. */
export function activated(reading: LayerReading, tensor: Tensor, name?: string): Tensor {
  const value = reading.settings.get('activation')
  const step = functionOf(value)
  if (step === 'linear') return tensor
  if (step instanceof Settings) return layerFunction(reading, tensor, value, step)
  return named(reading, tensor, step, name)
}

/** The name of a function, or the settings of a layer that is used as one. */
function functionOf(value: unknown): string | Settings {
  if (value === undefined) return 'linear'
  if (typeof value === 'string') return value
  if (!isObject(value)) throw new Obstacle(`its activation must be a name, not ${shown(value)}`)
  if (value.class_name === 'function' && typeof value.config === 'string') return value.config
  if (typeof value.class_name === 'string' && isObject(value.config)) return new Settings(value.config)
  throw new Obstacle(`its activation is ${shown(value)}, which is no function of Keras`)
}

function layerFunction(reading: LayerReading, tensor: Tensor, value: unknown, settings: Settings): Tensor {
  const type = (value as { class_name: string }).class_name
  const read = activationLayers.get(type)
  if (read === undefined) throw new Obstacle(`its activation is ${type}`)
  return read({ ...reading, name: '', settings, inputs: [tensor] })
}

function named(reading: LayerReading, tensor: Tensor, name: string, label = ''): Tensor {
  const { builder, version } = reading
  if (name === 'softmax') return softmax(reading, tensor, -1, label)
  const add = (word: string, parts: WordParts = {}, wire = tensor.wire): Tensor => ({
    ...tensor,
    wire: after(builder, wire, { word, parts, name: label }),
  })
  // Keras 2: 0.2x + 0.5; Keras 3: x/6 + 0.5. Both from 0 to 1.
  if (name === 'hard_sigmoid')
    return add('HARDSIGMOID', {}, version >= 3 ? tensor.wire : affine(builder, tensor.wire, [1.2], [0]))
  if (!Object.hasOwn(words, name)) throw new Obstacle(`the function ${shown(name)} is not among Lenslet's activations`)
  const [word, parts] = words[name] as readonly [string, WordParts?]
  return add(word, parts)
}

function softmax({ builder, order }: LayerReading, tensor: Tensor, axis: number, name: string): Tensor {
  const at = axis < 0 ? axis + tensor.shape.length : axis - 1
  if (at !== channelAxis(tensor, order)) throw new Obstacle('its softmax is over positions instead of channels')
  return { ...tensor, wire: after(builder, tensor.wire, { word: 'SOFTMAX', name }) }
}

/** min(max(x, 0), most), and with a slope below 0. */
function relu(reading: LayerReading): Tensor {
  const { builder, settings, name } = reading
  const tensor = inputOf(reading)
  const slope = settings.number(0, 'negative_slope', 'alpha')
  const most = settings.number(Number.MAX_VALUE, 'max_value')
  if (settings.number(0, 'threshold', 'theta') !== 0) throw new Obstacle('its threshold is not 0')
  const bound = (wire: Wire) => limited(builder, wire, most)
  if (slope !== 0) {
    const wire = after(builder, tensor.wire, { word: 'LRELU', parts: { number: slope }, name })
    return { ...tensor, wire: most === Number.MAX_VALUE ? wire : bound(wire) }
  }
  if (most === Number.MAX_VALUE) return { ...tensor, wire: after(builder, tensor.wire, { word: 'RELU', name }) }
  if (!(most > 0)) throw new Obstacle(`its max_value is ${most}`)
  if (most === 6) return { ...tensor, wire: after(builder, tensor.wire, { word: 'RELU6', name }) }
  const scaled = affine(builder, tensor.wire, [6 / most], [0])
  const wire = after(builder, scaled, { word: 'RELU6', name })
  return { ...tensor, wire: affine(builder, wire, [most / 6], [0]) }
}

/** min(x, most) = most − max(0, most − x) */
function limited(builder: NetworkBuilder, wire: Wire, most: number): Wire {
  const distance = after(builder, affine(builder, wire, [-1], [most]), { word: 'RELU' })
  return affine(builder, distance, [-1], [most])
}

/** A slope for each channel, or one for all: those of positions are shared. */
function prelu(reading: LayerReading): Tensor {
  const { builder, name, order } = reading
  const tensor = inputOf(reading)
  const [alpha] = reading.arrays('alpha')
  if (alpha === undefined) throw new Obstacle('it has no slopes')
  const channels = channelAxis(tensor, order)
  const bySide = alpha.shape.map((side, axis) => (side === 1 ? 1 : axis === channels ? side : undefined))
  if (alpha.shape.length !== tensor.shape.length || bySide.includes(undefined))
    throw new Obstacle('it has a slope for each position; Lenslet has one for each channel (shared_axes=[1, 2])')
  const count = bySide[channels] as number
  const shared = count === 1 && tensor.shape[channels] !== 1
  return {
    ...tensor,
    wire: after(builder, tensor.wire, {
      word: 'PRELU',
      parts: { flags: shared ? ['shared'] : [] },
      weights: { slope: { shape: [count], fill: alpha.fill } },
      name,
    }),
  }
}

function withNumber(word: string, fallback: number, ...keys: readonly string[]) {
  return (reading: LayerReading): Tensor => {
    const { builder, settings, name } = reading
    const tensor = inputOf(reading)
    const parts = { number: settings.number(fallback, ...keys) }
    return { ...tensor, wire: after(builder, tensor.wire, { word, parts, name }) }
  }
}

function gelu(reading: LayerReading): Tensor {
  const tensor = inputOf(reading)
  const parts: WordParts = reading.settings.flag(false, 'approximate') ? { values: { approx: 'tanh' } } : {}
  const step = { word: 'GELU', parts, name: reading.name }
  return { ...tensor, wire: after(reading.builder, tensor.wire, step) }
}

/** Layers that are functions, by Keras's class. */
export const activationLayers: ReadonlyMap<string, (reading: LayerReading) => Tensor> = new Map([
  ['Activation', (reading) => activated(reading, inputOf(reading), reading.name)],
  ['ReLU', relu],
  ['LeakyReLU', withNumber('LRELU', 0.3, 'negative_slope', 'alpha')],
  ['ELU', withNumber('ELU', 1, 'alpha')],
  ['PReLU', prelu],
  ['GELU', gelu],
  [
    'Softmax',
    (reading) =>
      softmax(
        reading,
        inputOf(reading),
        (reading.settings.axes(-1, 'axis', inputOf(reading).shape.length)[0] as number) + 1,
        reading.name,
      ),
  ],
])
