/**
 * SmoothGrad (Smilkov et al. 2017, "SmoothGrad: removing noise by adding noise"): the mean of the gradients of copies of the
 * image with noise added.
 */

import { ArgumentError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { volumeSize } from '../../core/shapes.ts'
import type { Model } from '../../model/model.ts'
import { checkPictures } from '../../model/pictures.ts'
import { type AttributionMaps, type AttributionOptions, attributionOptionNames } from './maps.ts'
import { checkRun, runPasses } from './pass.ts'
import { aimsOf, type Explained } from './target.ts'

export interface SmoothGradOptions extends AttributionOptions {
  /** Noisy copies of each image. Default 25. */
  readonly samples?: number | undefined
  /**
   * Standard deviation of the noise, as a share of the image's range (largest value minus smallest). Default 0.15. An image
   * of a single value has no range; its noise is a share of 1, the deviation of normalized data.
   */
  readonly noise?: number | undefined
  /** Default 0. The noise of an image depends on the seed and the image's place only. */
  readonly seed?: number | undefined
}

/**
 * Maps [n, h, w, c].
 *
 * @param images [n, h, w, c], normalized, as `Model.predict` takes them
 * @throws {ArgumentError} an option or target that does not exist, or a value that is invalid
 * @throws {PicturesError} not a whole number of images
 */
export async function smoothGrad(
  model: Model,
  images: Float32Array,
  options: SmoothGradOptions = {},
): Promise<AttributionMaps> {
  checkRun<SmoothGradOptions>('smoothGrad', options, {
    ...attributionOptionNames,
    samples: true,
    noise: true,
    seed: true,
  })
  const { samples = 25, noise = 0.15, seed = 0 } = options
  if (!Number.isInteger(samples) || samples < 1)
    throw new ArgumentError('the samples must be a whole number from 1', { received: `${samples}` })
  if (!(noise >= 0 && Number.isFinite(noise)))
    throw new ArgumentError('the noise must be a number of at least 0', {
      received: `${noise}`,
      expected: 'such as 0.15',
    })
  const count = checkPictures(images, model.input)
  const given = images.slice()
  const each = volumeSize(model.input)
  const aims = aimsOf(model, options.target, count)
  const input = model.network.nodes[0]?.name as string
  const data = new Float32Array(given.length)
  const sums = new Float64Array(each)
  const explained: Explained[] = []
  // The image itself says what its target is; then come the samples.
  const passes = samples + 1
  await runPasses(
    model,
    {
      count: count * passes,
      of: aims.layer,
      to: ['pictures'],
      image(index, into) {
        const picture = Math.floor(index / passes)
        const image = given.subarray(picture * each, (picture + 1) * each)
        into.set(image)
        if (index % passes === 0) return
        const deviation = noise * (rangeOf(image) || 1)
        const random = Random.seeded(seed, 'smoothGrad', picture, index % passes)
        for (let i = 0; i < each; i++) into[i] = (into[i] as number) + deviation * random.normal()
      },
      start(index, values, start) {
        const found = aims.start(Math.floor(index / passes), values, start)
        if (index % passes === 0) explained.push(found)
      },
      take(index, { gradients }) {
        const slopes = gradients[input] as Float32Array
        if (index % passes === 0) sums.fill(0)
        else for (let i = 0; i < each; i++) sums[i] = (sums[i] as number) + (slopes[i] as number)
        if (index % passes === samples)
          data.set(
            sums.map((sum) => sum / samples),
            Math.floor(index / passes) * each,
          )
      },
    },
    options,
  )
  const { height, width, channels } = model.input
  return { shape: [count, height, width, channels], data, explained }
}

function rangeOf(image: Float32Array): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of image) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return most - least
}
