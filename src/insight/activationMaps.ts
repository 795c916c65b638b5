/** The activations of one image through the layers of a network, with the numbers that say how much of them is at work. */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions } from '../core/options.ts'
import type { Volume } from '../core/shapes.ts'
import type { Model } from '../model/model.ts'
import { checkPictures } from '../model/pictures.ts'
import { imagesOf, type LayerValues, layersNamed, streamLayers } from './layerStream.ts'

/** Of one layer and one image. */
export interface LayerActivation {
  readonly layer: string
  readonly volume: Volume
  /** [h, w, c]; the visitor's to keep. */
  readonly data: Float32Array
  readonly statistics: ActivationStatistics
}

export interface ActivationStatistics {
  readonly mean: number
  readonly deviation: number
  readonly least: number
  readonly most: number
  /** Share of the values that are exactly 0: sparsity. */
  readonly zeros: number
  /** Values that are NaN or infinite; they take part in none of the others. */
  readonly notFinite: number
  /** [c]: the mean and the largest value of each channel; NaN where it has no finite value. */
  readonly channelMeans: Float64Array
  readonly channelPeaks: Float64Array
  /** Channels that are 0 everywhere. */
  readonly silent: number
}

export interface ActivationMapsOptions {
  /** Layers by name or pattern (`relu*`). Default: all. */
  readonly layers?: readonly string[] | undefined
}

/**
 * One layer after the other, in the network's order, to `visit`: memory is that of the plan with taps and of one layer.
 *
 * @param picture [h, w, c], already normalized, as `predict` takes it
 * Throws `ArgumentError` for a layer that does not exist and for more than one image.
 */
export async function activationMaps(
  model: Model,
  picture: Float32Array,
  visit: (activation: LayerActivation) => void,
  options: ActivationMapsOptions = {},
): Promise<void> {
  checkOptions<ActivationMapsOptions>('activationMaps', options, { layers: true })
  const count = checkPictures(picture, model.input)
  if (count !== 1) {
    throw new ArgumentError('activationMaps takes one image', {
      received: `${count} images`,
      expected: 'one',
      advice: 'model.activations takes any number',
    })
  }
  const layers = layersNamed(model, options.layers ?? ['*'], 'activationMaps')
  await streamLayers(
    model,
    imagesOf(picture.slice(), model.input),
    layers,
    {},
    ({ layer, volume, data }: LayerValues) => {
      const kept = data.slice()
      visit({ layer, volume, data: kept, statistics: activationStatistics(kept, volume.channels) })
    },
  )
}

/** Of values [positions, channels]. Infinities and NaN are counted, and left out of the rest. */
export function activationStatistics(values: Float32Array, channels: number): ActivationStatistics {
  const sums = new Float64Array(channels)
  const counts = new Float64Array(channels)
  const channelPeaks = new Float64Array(channels).fill(Number.NaN)
  const speaks = new Uint8Array(channels)
  let [sum, zeros, finite] = [0, 0, 0]
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let at = 0; at < values.length; at += channels)
    for (let channel = 0; channel < channels; channel++) {
      const value = values[at + channel] as number
      if (value === 0) zeros++
      else speaks[channel] = 1
      if (!Number.isFinite(value)) continue
      finite++
      sum += value
      if (value < least) least = value
      if (value > most) most = value
      sums[channel] = (sums[channel] as number) + value
      counts[channel] = (counts[channel] as number) + 1
      if (!(value <= (channelPeaks[channel] as number))) channelPeaks[channel] = value
    }
  const mean = sum / finite
  let squares = 0
  for (const value of values) if (Number.isFinite(value)) squares += (value - mean) * (value - mean)
  return {
    mean,
    deviation: Math.sqrt(squares / finite),
    least: finite === 0 ? Number.NaN : least,
    most: finite === 0 ? Number.NaN : most,
    zeros: zeros / values.length,
    notFinite: values.length - finite,
    channelMeans: sums.map((total, channel) => total / (counts[channel] as number)),
    channelPeaks,
    silent: speaks.reduce((silent, word) => silent + (word === 0 ? 1 : 0), 0),
  }
}
