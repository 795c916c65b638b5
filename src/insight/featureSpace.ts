/**
 * Images as points: what the last layers give for them ("CNN codes" in the CS231n notes). Images that a network sees alike
 * lie close together.
 */

import { ArgumentError } from '../core/errors.ts'
import { checkWhole } from '../core/numbers.ts'
import { checkOptions } from '../core/options.ts'
import { printVolume, type Volume, volumeSize } from '../core/shapes.ts'
import type { Split } from '../data/dataset.ts'
import type { Model } from '../model/model.ts'
import { checkPictures } from '../model/pictures.ts'
import { headOf } from '../network/fitHead.ts'
import type { Network } from '../network/network.ts'
import { outputNode } from '../network/training.ts'
import { inferVolumes } from '../network/volumes.ts'
import {
  imagesOf,
  layersNamed,
  type StreamOptions,
  splitStream,
  streamLayers,
  streamOptionNames,
} from './layerStream.ts'

export interface FeaturesOptions extends StreamOptions {
  /** Default: the layer in front of the one that gives the scores. */
  readonly layer?: string | undefined
}

export interface Features {
  readonly layer: string
  readonly volume: Volume
  /** Images, n. */
  readonly count: number
  /** Values for each image, d: those of the layer, or the means over its map. */
  readonly length: number
  /** [n, d] */
  readonly values: Float32Array
  /** Whether each value is a channel's mean over the map: a map of more than 4,096 values is too large as it is. */
  readonly isMean: boolean
}

/** AlexNet's codes, the notes' example, have as many. */
const mostValues = 4096
/** Bytes of all features together. */
const mostBytes = 2 ** 30

/**
 * Of the images of a split, or of images [n, h, w, c] that are normalized already.
 * Throws `ArgumentError` for a layer that does not exist, and where the features would take more than 1 GiB (take fewer
 * images by `among`); `DataMismatchError`.
 */
export async function featuresOf(
  model: Model,
  images: Split | Float32Array,
  options: FeaturesOptions = {},
): Promise<Features> {
  checkOptions<FeaturesOptions>('featuresOf', options, { ...streamOptionNames, layer: true })
  const layer = options.layer ?? featureLayer(model.network)
  const [name = '', ...others] = layersNamed(model, [layer], 'featuresOf')
  if (others.length > 0) {
    throw new ArgumentError('featuresOf takes one layer', { received: layer, expected: 'the name of one' })
  }
  if (images instanceof Float32Array) checkPictures(images, model.input)
  const stream = images instanceof Float32Array ? imagesOf(images, model.input) : splitStream(model, images, options)
  const volume = inferVolumes(model.network).find(({ node }) => node.name === name)?.output as Volume
  const isMean = volumeSize(volume) > mostValues && volume.height * volume.width > 1
  const length = isMean ? volume.channels : volumeSize(volume)
  if (4 * length * stream.count > mostBytes) {
    throw new ArgumentError('the features would take too much memory', {
      received: `${stream.count} images of ${length} values, ${printVolume(volume)}`,
      expected: `at most ${mostBytes} bytes`,
      advice: `among: ${Math.floor(mostBytes / 4 / length)}`,
    })
  }
  const values = new Float32Array(stream.count * length)
  await streamLayers(model, stream, [name], options, ({ data, first, count }) => {
    if (!isMean) values.set(data, first * length)
    else for (let i = 0; i < count; i++) values.set(meansOf(data, i, volume), (first + i) * length)
  })
  return { layer: name, volume, count: stream.count, length, values, isMean }
}

/** What the layer that decides the scores is given; where there is no such layer, what the last one is given. */
function featureLayer(network: Network): string {
  const head = headOf(network)?.name ?? outputNode(network).name
  return network.nodes.find(({ name }) => name === head)?.inputs[0] ?? head
}

function meansOf(data: Float32Array, image: number, { height, width, channels }: Volume): Float64Array {
  const [means, positions] = [new Float64Array(channels), height * width]
  const from = image * positions * channels
  for (let i = 0; i < positions * channels; i++) {
    means[i % channels] = (means[i % channels] as number) + (data[from + i] as number) / positions
  }
  return means
}

export interface Neighbor {
  /** Number of the image among those of the features. */
  readonly index: number
  /** `cosine`: 1 − cos of the angle, 0 to 2. `euclidean`: the length of the difference. */
  readonly distance: number
}

export interface NearestOptions {
  /** How many. Default 8. */
  readonly most?: number | undefined
  /** Default `cosine`. */
  readonly metric?: 'cosine' | 'euclidean' | undefined
}

/**
 * The images nearest to one of them (by its number; it is left out) or to other features [d] of the same layer, nearest
 * first. Throws `ArgumentError`.
 */
export function nearestImages(
  { values, count, length }: Pick<Features, 'values' | 'count' | 'length'>,
  to: number | Float32Array,
  options: NearestOptions = {},
): readonly Neighbor[] {
  checkOptions<NearestOptions>('nearestImages', options, { most: true, metric: true })
  const { most = 8, metric = 'cosine' } = options
  checkWhole('most', most, 1, 2 ** 31)
  if (metric !== 'cosine' && metric !== 'euclidean')
    throw new ArgumentError('no such metric', { received: String(metric), expected: 'cosine or euclidean' })
  if (typeof to === 'number') checkWhole('the number of the image', to, 0, count - 1)
  else if (to.length !== length)
    throw new ArgumentError('these are features of another layer', {
      received: `${to.length} values`,
      expected: `${length}`,
    })
  const query = typeof to === 'number' ? values.subarray(to * length, (to + 1) * length) : to
  const all = Array.from({ length: count }, (_, index): Neighbor => {
    return { index, distance: distanceTo(query, values.subarray(index * length, (index + 1) * length), metric) }
  })
  return all
    .filter(({ index, distance }) => index !== to && !Number.isNaN(distance))
    .sort((a, b) => a.distance - b.distance || a.index - b.index)
    .slice(0, most)
}

function distanceTo(a: Float32Array, b: Float32Array, metric: 'cosine' | 'euclidean'): number {
  let [product, squareA, squareB, difference] = [0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    product += x * y
    squareA += x * x
    squareB += y * y
    difference += (x - y) * (x - y)
  }
  if (metric === 'euclidean') return Math.sqrt(difference)
  // All zeros have no direction: as far as a right angle.
  if (squareA === 0 || squareB === 0) return squareA === squareB ? 0 : 1
  return Math.max(0, 1 - product / Math.sqrt(squareA * squareB))
}
