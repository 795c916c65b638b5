/**
 * The receptive field of a unit: the window of the image that can reach it, and how much each pixel of it really does. The
 * effective field (Luo et al. 2016, "Understanding the Effective Receptive Field in Deep Convolutional Neural Networks") is
 * much smaller than the window and looks like a Gaussian.
 */

import { type Volume, volumeSize } from '../../core/shapes.ts'
import type { Model } from '../../model/model.ts'
import { checkPictures } from '../../model/pictures.ts'
import type { Network } from '../../network/network.ts'
import { type ReceptiveField, receptiveFields } from '../../network/receptiveField.ts'
import { inferVolumes, type SizedNode } from '../../network/volumes.ts'
import { checkRun, type RunOptions, runOptionNames, runPasses } from './pass.ts'
import { checkIndex, checkPosition, nodeOf } from './target.ts'

/** A part of the image in pixels; sides may reach beyond it, into the padding. */
export interface ImageWindow {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/**
 * What the units at a position of a layer can see of the image, [row, column]; default: the middle. `inside` is the part
 * that lies in the image. Of networks with branches whose strides differ, an upper bound.
 *
 * @throws {ArgumentError} no such layer or position
 */
export function fieldWindow(
  network: Network,
  layer: string,
  position?: readonly [number, number],
): { readonly window: ImageWindow; readonly inside: ImageWindow; readonly position: readonly [number, number] } {
  const nodes = inferVolumes(network)
  const { output } = nodeOf(network, layer)
  const at = position ?? middleOf(output)
  checkPosition(at, output, layer)
  const { size, stride, start } = receptiveFields(nodes).get(layer) as ReceptiveField
  const first = (axis: 0 | 1) => Math.floor(start[axis] + stride[axis] * at[axis])
  const window = { top: first(0), left: first(1), height: size[0], width: size[1] }
  const { height, width } = (nodes[0] as SizedNode).output
  const [top, left] = [Math.min(height, Math.max(0, window.top)), Math.min(width, Math.max(0, window.left))]
  const [bottom, right] = [window.top + window.height, window.left + window.width]
  const inside = {
    top,
    left,
    height: Math.max(0, Math.min(height, bottom) - top),
    width: Math.max(0, Math.min(width, right) - left),
  }
  return { window, inside, position: at }
}

const middleOf = ({ height, width }: Volume): readonly [number, number] => [
  Math.floor(height / 2),
  Math.floor(width / 2),
]

export interface EffectiveFieldOptions extends RunOptions {
  /** [row, column] of the units; default: the middle. */
  readonly position?: readonly [number, number] | undefined
  /** One channel; default: the sum of all. */
  readonly channel?: number | undefined
}

export interface EffectiveField {
  /** [height, width]: the mean over the images of Σ |d(units)/d(pixel)| over the pixel's channels. */
  readonly shape: readonly [number, number]
  readonly data: Float32Array
  readonly position: readonly [number, number]
  /** The theoretical field. */
  readonly window: ImageWindow
  /**
   * Side of the square with as many pixels as have at least 4.55 % of the largest value, what a Gaussian has at two standard
   * deviations from its middle in the paper; 0 where no pixel has any influence.
   */
  readonly side: number
}

/** 1 − 95.45 % */
const edge = 0.0455

/**
 * @param images [n, h, w, c], normalized; the more, the smoother
 * @throws {ArgumentError} no such layer, position or channel
 * @throws {PicturesError} not a whole number of images
 */
export async function effectiveField(
  model: Model,
  images: Float32Array,
  layer: string,
  options: EffectiveFieldOptions = {},
): Promise<EffectiveField> {
  checkRun<EffectiveFieldOptions>('effectiveField', options, { ...runOptionNames, position: true, channel: true })
  const count = checkPictures(images, model.input)
  const given = images.slice()
  const { window, position } = fieldWindow(model.network, layer, options.position)
  const { output } = nodeOf(model.network, layer)
  const { channel } = options
  if (channel !== undefined) checkIndex(channel, output.channels, `channel of ${layer}`)
  const each = volumeSize(model.input)
  const { height, width, channels } = model.input
  const sums = new Float64Array(height * width)
  const input = model.network.nodes[0]?.name as string
  const first = (position[0] * output.width + position[1]) * output.channels
  await runPasses(
    model,
    {
      count,
      of: layer,
      to: ['pictures'],
      image: (index, into) => into.set(given.subarray(index * each, (index + 1) * each)),
      start(_index, _values, start) {
        if (channel === undefined) start.fill(1, first, first + output.channels)
        else start[first + channel] = 1
      },
      take(_index, { gradients }) {
        const slopes = gradients[input] as Float32Array
        for (let i = 0; i < slopes.length; i++) {
          const pixel = Math.floor(i / channels)
          sums[pixel] = (sums[pixel] as number) + Math.abs(slopes[i] as number) / count
        }
      },
    },
    options,
  )
  const largest = sums.reduce((most, value) => Math.max(most, value), 0)
  const reached = largest === 0 ? 0 : sums.filter((value) => value >= edge * largest).length
  return { shape: [height, width], data: Float32Array.from(sums), position, window, side: Math.sqrt(reached) }
}
