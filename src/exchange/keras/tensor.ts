/** A tensor of Keras on its way through the network, and what readers of layers need to add ours. */

import type { Shape } from '../../core/shapes.ts'
import type { WordParts } from '../../layers/types.ts'
import type { WeightSource } from '../../model/weightSource.ts'
import type { NetworkBuilder, Wire } from '../networkBuilder.ts'
import { Obstacle, type Settings } from './settings.ts'
import type { KerasArray } from './weights.ts'

export interface Tensor {
  readonly wire: Wire
  /** Keras's, without the batch: [h, w, c], [c, h, w] where channels come first, [c], or [t, c]. */
  readonly shape: Shape
}

/** A layer that is being read. */
export interface LayerReading {
  readonly name: string
  readonly settings: Settings
  readonly inputs: readonly Tensor[]
  /** In which order the model keeps the values of a map. */
  readonly order: 'hwc' | 'chw'
  /** The number before the first point of the version of Keras that wrote the model. */
  readonly version: number
  readonly builder: NetworkBuilder
  /** See `KerasWeights.arrays`. */
  arrays(...names: readonly string[]): readonly KerasArray[]
  note(sentence: string): void
  /** Tells that a tensor is multiplied, by one factor or one for each channel: if it is the image, these tell its units. */
  rescaled(tensor: Tensor, factors: readonly number[]): void
  /** Tells that `to` has the values of `from` in another size. */
  resized(from: Tensor, to: Tensor): Tensor
}

/** The only input. */
export function inputOf({ inputs }: LayerReading): Tensor {
  const [first] = inputs
  if (first === undefined || inputs.length > 1) throw new Obstacle(`it has ${inputs.length} inputs, expected 1`)
  return first
}

/** The input of a layer for maps. */
export function mapOf(reading: LayerReading): Tensor {
  const input = inputOf(reading)
  if (input.shape.length !== 3) throw new Obstacle(`its input has the shape ${input.shape.join('×')}, expected a map`)
  const format = reading.settings.text('channels_last', 'data_format')
  if ((format === 'channels_first') === (reading.order === 'chw')) return input
  throw new Obstacle(`its data_format is ${format}, unlike that of the layers before it`)
}

/** The axis of the channels, of a shape without the batch. */
export function channelAxis({ shape }: Tensor, order: 'hwc' | 'chw'): number {
  return shape.length === 3 && order === 'chw' ? 0 : shape.length - 1
}

export interface Step {
  readonly word: string
  readonly parts?: WordParts
  readonly weights?: Readonly<Record<string, WeightSource>>
  readonly name?: string
}

/** Adds a layer after a wire. */
export function after(builder: NetworkBuilder, wire: Wire, step: Step): Wire {
  return builder.add({ ...step, inputs: [wire] })
}

/** A wire that carries a map or a list of channels, with Keras's shape for it. */
export function withShape(wire: Wire, rank: number, order: 'hwc' | 'chw'): Tensor {
  const { height, width, channels } = wire.volume
  if (rank === 3) return { wire, shape: order === 'hwc' ? [height, width, channels] : [channels, height, width] }
  return { wire, shape: rank === 2 ? [width, channels] : [channels] }
}

/** The values of `numbers`, as a weight. */
export function constant(numbers: readonly number[], shape: Shape): WeightSource {
  return { shape, fill: (into) => into.set(numbers) }
}

/** x·scale + shift for each channel, or for all with one number. */
export function affine(builder: NetworkBuilder, wire: Wire, scale: readonly number[], shift: readonly number[]): Wire {
  const { channels } = wire.volume
  const [first = 1] = scale
  if (scale.every((each) => each === first) && shift.every((each) => each === 0))
    return first === 1 ? wire : after(builder, wire, { word: 'SCALE', parts: { number: first } })
  const each = (values: readonly number[]) => {
    if (values.length !== 1 && values.length !== channels)
      throw new Obstacle(`it has ${values.length} factors or offsets, expected 1 or ${channels}`)
    return Array.from({ length: channels }, (_, index) => values[values.length === 1 ? 0 : index] as number)
  }
  return after(builder, wire, {
    word: 'CONV',
    parts: { size: [1], count: channels, options: { g: [channels] } },
    weights: { filters: constant(each(scale), [1, 1, 1, channels]), bias: constant(each(shift), [channels]) },
  })
}
