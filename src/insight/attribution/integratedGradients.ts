/**
 * Integrated gradients (Sundararajan et al. 2017, "Axiomatic Attribution for Deep Networks"): (x − x′)·∫ d(score)/dx along
 * the straight line from a baseline x′ to the image x. The values of a map add up to the difference of the scores
 * ("completeness"), apart from the error of the sum that stands for the integral.
 */

import { ArgumentError } from '../../core/errors.ts'
import { printKind } from '../../core/options.ts'
import { volumeSize } from '../../core/shapes.ts'
import type { Model } from '../../model/model.ts'
import { checkPictures } from '../../model/pictures.ts'
import { type AttributionMaps, type AttributionOptions, attributionOptionNames } from './maps.ts'
import { checkRun, runPasses } from './pass.ts'
import { aimsOf, type Explained } from './target.ts'

export interface IntegratedGradientsOptions extends AttributionOptions {
  /** Points on the line, the midpoints of as many equal parts. Default 64. */
  readonly steps?: number | undefined
  /** Where the line starts: a normalized value for all pixels, or an image [h, w, c]. Default 0, the mean of the data. */
  readonly baseline?: number | Float32Array | undefined
}

/** Whether the map of an image is complete. */
export interface Completeness {
  /** Of all values of the map. */
  readonly sum: number
  /** Score of the image minus that of the baseline. */
  readonly difference: number
  /** |sum − difference| / |difference|; more than a few percent: more `steps` are needed. 0 where both are 0. */
  readonly gap: number
}

export interface IntegratedGradients extends AttributionMaps {
  /** [n] */
  readonly completeness: readonly Completeness[]
}

/**
 * Maps [n, h, w, c], and how complete they are.
 *
 * @param images [n, h, w, c], normalized, as `Model.predict` takes them
 * @throws {ArgumentError} an option or target that does not exist, or a baseline of another size
 * @throws {PicturesError} not a whole number of images
 */
export async function integratedGradients(
  model: Model,
  images: Float32Array,
  options: IntegratedGradientsOptions = {},
): Promise<IntegratedGradients> {
  checkRun<IntegratedGradientsOptions>('integratedGradients', options, {
    ...attributionOptionNames,
    steps: true,
    baseline: true,
  })
  const { steps = 64 } = options
  if (!Number.isInteger(steps) || steps < 1)
    throw new ArgumentError('the steps must be a whole number from 1', { received: `${steps}` })
  const count = checkPictures(images, model.input)
  const given = images.slice()
  const each = volumeSize(model.input)
  const baseline = baselineOf(options.baseline, each)
  const aims = aimsOf(model, options.target, count)
  const input = model.network.nodes[0]?.name as string
  const sums = new Float64Array(each)
  const data = new Float32Array(given.length)
  const explained: Explained[] = []
  const differences: number[] = []
  // For each image: the image itself, which says what its target is, the points of the line, the baseline.
  const passes = steps + 2
  await runPasses(
    model,
    {
      count: count * passes,
      of: aims.layer,
      to: ['pictures'],
      image(index, into) {
        const share = shareOf(index % passes, steps)
        const first = Math.floor(index / passes) * each
        for (let i = 0; i < each; i++) {
          const from = baseline[i] as number
          into[i] = from + share * ((given[first + i] as number) - from)
        }
      },
      start(index, values, start) {
        const found = aims.start(Math.floor(index / passes), values, start)
        if (index % passes === 0) explained.push(found)
        if (index % passes === passes - 1) differences.push((explained.at(-1) as Explained).score - found.score)
      },
      take(index, { gradients }) {
        const slopes = gradients[input] as Float32Array
        const pass = index % passes
        if (pass === 0) sums.fill(0)
        else if (pass <= steps) for (let i = 0; i < each; i++) sums[i] = (sums[i] as number) + (slopes[i] as number)
        if (pass !== passes - 1) return
        const first = Math.floor(index / passes) * each
        for (let i = 0; i < each; i++)
          data[first + i] = (((given[first + i] as number) - (baseline[i] as number)) * (sums[i] as number)) / steps
      },
    },
    options,
  )
  const completeness = differences.map((difference, index): Completeness => {
    const sum = data.subarray(index * each, (index + 1) * each).reduce((total, value) => total + value, 0)
    const gap = sum === difference ? 0 : Math.abs(sum - difference) / Math.abs(difference)
    return { sum, difference, gap }
  })
  const { height, width, channels } = model.input
  return { shape: [count, height, width, channels], data, explained, completeness }
}

function shareOf(pass: number, steps: number): number {
  if (pass === 0) return 1
  return pass > steps ? 0 : (pass - 0.5) / steps
}

function baselineOf(given: number | Float32Array | undefined = 0, each: number): Float32Array {
  if (typeof given === 'number' && Number.isFinite(given)) return new Float32Array(each).fill(given)
  if (given instanceof Float32Array && given.length === each) return given.slice()
  throw new ArgumentError('the baseline must be a number or an image', {
    received: printKind(given),
    expected: `a normalized value, or a Float32Array of ${each} values, [h, w, c]`,
  })
}
