/** Layers that normalize or rescale. */

import type { WeightSource } from '../../model/weightSource.ts'
import { Obstacle } from './settings.ts'
import { affine, after, channelAxis, inputOf, type LayerReading, type Tensor } from './tensor.ts'
import type { KerasArray } from './weights.ts'

/** Throws where a norm is not over (or for) the channels. */
function expectChannels({ settings, order }: LayerReading, tensor: Tensor): void {
  const axes = settings.axes(-1, 'axis', tensor.shape.length)
  if (axes.length === 1 && axes[0] === channelAxis(tensor, order)) return
  throw new Obstacle(`its axis is ${JSON.stringify(settings.get('axis'))}, which is not that of the channels`)
}

/** The norm of a layer, with its arrays in Keras's order: gamma and beta, where it has them, then others. */
function norm(reading: LayerReading, word: string, more: object, others: Readonly<Record<string, string>>): Tensor {
  const { settings, builder, name } = reading
  const tensor = inputOf(reading)
  expectChannels(reading, tensor)
  const [scale, center] = [settings.flag(true, 'scale'), settings.flag(true, 'center')]
  const wanted: Readonly<Record<string, string>> = {
    ...(scale ? { scale: 'gamma' } : {}),
    ...(center ? { shift: 'beta' } : {}),
    ...others,
  }
  const arrays = reading.arrays(...Object.values(wanted))
  const weights: Record<string, WeightSource> = {}
  for (const [index, key] of Object.keys(wanted).entries()) weights[key] = arrays[index] as KerasArray
  const { values, ...parts } = more as { values?: Record<string, number> }
  const step = {
    word,
    parts: {
      ...parts,
      values: { eps: settings.number(1e-3, 'epsilon'), ...values },
      flags: [...(scale ? [] : ['noscale']), ...(center ? [] : ['noshift'])],
    },
    weights,
    name,
  }
  return { ...tensor, wire: after(builder, tensor.wire, step) }
}

/** Keras's momentum is the weight of the old statistics. */
export function batchNormalization(reading: LayerReading): Tensor {
  const momentum = 1 - reading.settings.number(0.99, 'momentum')
  // 1 − 0.99 is 0.01 with the last bits of 0.99.
  const values = { momentum: Number(momentum.toPrecision(12)) }
  const tracked = { mean: 'moving_mean|running_mean', variance: 'moving_variance|running_std' }
  return norm(reading, 'BN', { values }, tracked)
}

export function layerNormalization(reading: LayerReading): Tensor {
  if (reading.settings.flag(false, 'rms_scaling')) throw new Obstacle('it divides by the root of the mean square')
  return norm(reading, 'LN', {}, {})
}

export function groupNormalization(reading: LayerReading): Tensor {
  const groups = reading.settings.number(32, 'groups')
  const { channels } = inputOf(reading).wire.volume
  return norm(reading, 'GN', { options: { g: [groups === -1 ? channels : groups] } }, {})
}

/** x·scale + offset */
export function rescaling(reading: LayerReading): Tensor {
  const tensor = inputOf(reading)
  const [scale, offset] = [reading.settings.numbers('scale') ?? [1], reading.settings.numbers('offset') ?? [0]]
  if (reading.order === 'chw' && tensor.shape.length === 3 && scale.length + offset.length > 2)
    throw new Obstacle('it has factors for each column')
  reading.rescaled(tensor, scale)
  return { ...tensor, wire: affine(reading.builder, tensor.wire, scale, offset) }
}

/** (x − mean)/max(√variance, ε), by statistics that were adapted or given. */
export function normalization(reading: LayerReading): Tensor {
  const { settings, builder } = reading
  const tensor = inputOf(reading)
  expectChannels(reading, tensor)
  if (settings.flag(false, 'invert')) throw new Obstacle('it is inverted')
  const given = [settings.numbers('mean'), settings.numbers('variance')] as const
  const [mean, variance] =
    given[0] !== undefined && given[1] !== undefined
      ? [given[0], given[1]]
      : (reading.arrays('mean|adapt_mean', 'variance|adapt_variance').map(numbersOf) as [number[], number[]])
  const deviations = variance.map((each) => Math.max(Math.sqrt(each), 1e-7))
  const spread = (values: readonly number[]) =>
    values.length === 1 ? deviations.map(() => values[0] as number) : values
  const shift = spread(mean).map((each, index) => -each / (deviations[deviations.length === 1 ? 0 : index] as number))
  const factors = deviations.map((each) => 1 / each)
  reading.rescaled(tensor, factors)
  return { ...tensor, wire: affine(builder, tensor.wire, factors, shift) }
}

/** The values of a small array. */
function numbersOf({ shape, fill }: KerasArray): number[] {
  const size = shape.reduce((product, side) => product * side, 1)
  if (size > 65536) throw new Obstacle(`it has statistics of the shape ${shape.join('×')}`)
  const values = new Float32Array(size)
  fill(values)
  return [...values]
}
