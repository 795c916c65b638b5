/**
 * Occlusion (Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2; CS231n notes,
 * "Occluding parts of the image"): a window of one value slides over the image, and the map has what the probability of the
 * class loses. It needs no gradients.
 */

import { ArgumentError } from '../../core/errors.ts'
import { checkOptions, type OptionNames } from '../../core/options.ts'
import { type Volume, volumeSize } from '../../core/shapes.ts'
import { type Model, predictionsOf } from '../../model/model.ts'
import { checkPictures } from '../../model/pictures.ts'
import { toProbabilities } from '../../model/probabilities.ts'
import type { AttributionMaps } from './maps.ts'
import { checkFinite, type RunOptions } from './pass.ts'
import { classesOf, type Explained } from './target.ts'

/** As many images at once as the model predicts. */
export interface OcclusionOptions extends Omit<RunOptions, 'batch'> {
  /** A class by its index or its name, for all images or a list with one for each. Default: the top class of each image. */
  readonly target?: number | string | readonly (number | string)[] | undefined
  /** Side of the window, or its [height, width]. Default: a seventh of the image's. */
  readonly window?: number | readonly [number, number] | undefined
  /** Pixels from a window to the next, down and across. Default: half the window. */
  readonly stride?: number | readonly [number, number] | undefined
  /** The normalized value in the window. Default 0, the mean of the data. */
  readonly value?: number | undefined
}

export interface OcclusionMaps extends AttributionMaps {
  /** Where the windows lie: map position (i, j) has the window from row i·stride[0], column j·stride[1]. */
  readonly window: readonly [number, number]
  readonly stride: readonly [number, number]
}

const optionNames: OptionNames<OcclusionOptions> = {
  target: true,
  window: true,
  stride: true,
  value: true,
  signal: true,
  progress: true,
}

/**
 * Maps [n, rows, columns]: the probability of the class minus that with the window on the image; positive where the window
 * hides what speaks for the class. All windows that lie wholly in the image, from row and column 0. `explained` has
 * probabilities as scores.
 *
 * @param images [n, h, w, c], normalized, as `Model.predict` takes them
 * @throws {ArgumentError} an option or class that does not exist, a window larger than the image, or a network that gives a map
 * @throws {PicturesError} not a whole number of images
 */
export async function occlusion(
  model: Model,
  images: Float32Array,
  options: OcclusionOptions = {},
): Promise<OcclusionMaps> {
  checkOptions('occlusion', options, optionNames)
  const count = checkPictures(images, model.input)
  const given = images.slice()
  const { value = 0, signal, progress } = options
  if (!Number.isFinite(value)) throw new ArgumentError('the value must be a finite number', { received: `${value}` })
  const grid = gridOf(model.input, options)
  const each = volumeSize(model.input)
  const classes = volumeSize(model.output)
  const atOnce = model.plan.batch
  const windows = grid.rows * grid.columns
  const passes = windows + 1
  const data = new Float32Array(count * windows)
  const explained: Explained[] = []
  const filled = new Float32Array(Math.min(atOnce, count * passes) * each)
  const chosen = classesOf(model, options.target, count)
  await predictionsOf(model)(async (predict) => {
    for (let first = 0; first < count * passes; first += atOnce) {
      signal?.throwIfAborted()
      const some = Math.min(atOnce, count * passes - first)
      for (let i = 0; i < some; i++) {
        const [picture, pass] = [Math.floor((first + i) / passes), (first + i) % passes]
        const into = filled.subarray(i * each, (i + 1) * each)
        into.set(given.subarray(picture * each, (picture + 1) * each))
        if (pass > 0) hide(into, model.input, grid, pass - 1, value)
      }
      const scores = await predict(filled.subarray(0, some * each))
      checkFinite(scores, 'the last layer')
      for (let i = 0; i < some; i++) {
        const [picture, pass] = [Math.floor((first + i) / passes), (first + i) % passes]
        const probabilities = toProbabilities(model.network, scores.subarray(i * classes, (i + 1) * classes))
        if (pass === 0) explained.push(chosen(picture, probabilities))
        const { channel, score } = explained[picture] as Explained
        if (pass > 0) data[picture * windows + pass - 1] = score - (probabilities[channel] as number)
      }
      progress?.(first + some, count * passes)
    }
  })
  const { rows, columns, window, stride } = grid
  return { shape: [count, rows, columns], data, explained, window, stride }
}

interface Grid {
  readonly rows: number
  readonly columns: number
  readonly window: readonly [number, number]
  readonly stride: readonly [number, number]
}

function gridOf({ height, width }: Volume, { window, stride }: OcclusionOptions): Grid {
  const sizes = pair('window', window ?? [Math.max(1, Math.round(height / 7)), Math.max(1, Math.round(width / 7))])
  const steps = pair('stride', stride ?? [Math.ceil(sizes[0] / 2), Math.ceil(sizes[1] / 2)])
  if (sizes[0] > height || sizes[1] > width)
    throw new ArgumentError('the window is larger than the image', {
      received: `a window of ${sizes[0]}×${sizes[1]}`,
      expected: `at most ${height}×${width}, the network's input`,
    })
  const positions = (side: number, axis: 0 | 1) => Math.floor((side - sizes[axis]) / steps[axis]) + 1
  return { rows: positions(height, 0), columns: positions(width, 1), window: sizes, stride: steps }
}

function pair(what: string, given: number | readonly [number, number]): readonly [number, number] {
  const [down, across] = typeof given === 'number' ? [given, given] : given
  if (Number.isInteger(down) && Number.isInteger(across) && down > 0 && across > 0) return [down, across]
  throw new ArgumentError(`the ${what} must be in whole pixels, from 1`, { received: JSON.stringify(given) })
}

function hide(image: Float32Array, { width, channels }: Volume, grid: Grid, index: number, value: number): void {
  const top = Math.floor(index / grid.columns) * grid.stride[0]
  const left = (index % grid.columns) * grid.stride[1]
  for (let y = top; y < top + grid.window[0]; y++) {
    const from = (y * width + left) * channels
    image.fill(value, from, from + grid.window[1] * channels)
  }
}
