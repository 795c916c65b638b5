/**
 * The image that excites a unit or a class most, by gradient steps on the image (Erhan et al. 2009, "Visualizing Higher-Layer
 * Features of a Deep Network"; Simonyan et al. 2014). Without restraint the result is noise that happens to excite it;
 * small shifts before each step and a blur from time to time (Yosinski et al. 2015, "Understanding Neural Networks Through
 * Deep Visualization"; Mordvintsev et al. 2015) leave what survives them: shapes.
 */

import { ArgumentError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import type { Shape } from '../../core/shapes.ts'
import type { Normalization } from '../../data/normalization.ts'
import type { Model } from '../../model/model.ts'
import { checkPictures } from '../../model/pictures.ts'
import { GradientError } from '../../plan/errors.ts'
import { checkRun, lendPasses, type RunOptions } from '../attribution/pass.ts'
import { aimsOf, type Explained, type Target } from '../attribution/target.ts'
import { blurred, keepInRange, shifted, stepped, usualNormalization } from './planes.ts'

export interface MaximizeOptions extends Pick<RunOptions, 'signal' | 'progress'> {
  /** Default 128. */
  readonly steps?: number | undefined
  /** Length of a step: the root mean square of a pixel's change, as a share of the range of bytes. Default 0.02. */
  readonly rate?: number | undefined
  /** The image is shifted by up to this many pixels before each step. Default: a sixteenth of its shorter side. */
  readonly jitter?: number | undefined
  /** Standard deviation of the blur in pixels, 0 for none. Default 0.5. */
  readonly blur?: number | undefined
  /** Steps from a blur to the next. Default 4. */
  readonly blurEvery?: number | undefined
  /** Default 0. */
  readonly seed?: number | undefined
  /** Where it starts, [1, h, w, c], normalized. Default: faint noise on gray. */
  readonly start?: Float32Array | undefined
}

export interface MadeImage {
  /** [1, height, width, channels] */
  readonly shape: Shape
  /** Normalized, and within what the bytes of an image can be; `imageBytes` makes them bytes. */
  readonly data: Float32Array
  /** What it excites, and the score before each step and at the end. */
  readonly explained: Explained
  readonly scores: readonly number[]
}

/**
 * @throws {ArgumentError} an option, a class, a layer or a channel that does not exist
 * @throws {GradientError} at the start no pixel has any influence, as behind a ReLU that gives 0
 */
export async function maximizeActivation(
  model: Model,
  target: Target,
  options: MaximizeOptions = {},
): Promise<MadeImage> {
  checkRun<MaximizeOptions>('maximizeActivation', options, {
    steps: true,
    rate: true,
    jitter: true,
    blur: true,
    blurEvery: true,
    seed: true,
    start: true,
    signal: true,
    progress: true,
  })
  const { height, width, channels } = model.input
  const { steps = 128, rate = 0.02, blur = 0.5, blurEvery = 4, seed = 0 } = options
  const jitter = options.jitter ?? Math.floor(Math.min(height, width) / 16)
  for (const [name, value, least] of [
    ['steps', steps, 1],
    ['jitter', jitter, 0],
    ['blurEvery', blurEvery, 1],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw new ArgumentError(`${name} must be a whole number from ${least}`, { received: `${value}` })
  for (const [name, value] of [
    ['rate', rate],
    ['blur', blur],
  ] as const)
    if (!(value >= 0 && Number.isFinite(value)))
      throw new ArgumentError(`${name} must be a number of at least 0`, { received: `${value}` })
  if (target === undefined) throw new ArgumentError('what is to be maximized?', { expected: 'a class or a unit' })
  const normalization = model.info.normalization ?? usualNormalization(channels)
  const random = Random.seeded(seed, 'maximizeActivation')
  let image = startOf(model, normalization, options.start, random)
  keepInRange(image, normalization)
  const aims = aimsOf(model, target, 1)
  const input = model.network.nodes[0]?.name as string
  const found: Explained[] = []
  const slopes = new Float32Array(image.length)
  await lendPasses(model, { of: aims.layer, to: ['pictures'] }, 1, async (runner) => {
    const pass = async (shown: Float32Array) =>
      runner.run(
        {
          image: (_, into) => into.set(shown),
          start: (_, values, start) => found.push(aims.start(0, values, start)),
          take: (_, { gradients }) => slopes.set(gradients[input] as Float32Array),
        },
        0,
        1,
      )
    const size = { height, width }
    for (let step = 0; step < steps; step++) {
      options.signal?.throwIfAborted()
      const [down, right] = [random.integer(2 * jitter + 1) - jitter, random.integer(2 * jitter + 1) - jitter]
      await pass(shifted(image, size, down, right))
      if (step === 0 && slopes.every((slope) => slope === 0)) throw noGradient(found[0] as Explained)
      const back = shifted(slopes, size, -down, -right)
      image = stepped(image, back, rate, normalization)
      if (blur > 0 && step % blurEvery === blurEvery - 1 && step < steps - 1) image = blurred(image, size, blur)
      options.progress?.(step + 1, steps)
    }
    await pass(image)
  })
  return {
    shape: [1, height, width, channels],
    data: image,
    explained: found.at(-1) as Explained,
    scores: found.map(({ score }) => score),
  }
}

function noGradient({ label, score }: Explained): GradientError {
  return new GradientError('no pixel has any influence where the image starts', {
    received: `${label}, ${score} for the start`,
    expected: 'a gradient that is not 0 everywhere',
    advice: 'take the layer in front of the ReLU, another seed, or a photo as the start',
  })
}

function startOf(
  model: Model,
  { mean, std }: Normalization,
  given: Float32Array | undefined,
  random: Random,
): Float32Array {
  const { height, width, channels } = model.input
  if (given === undefined)
    return Float32Array.from(
      { length: height * width * channels },
      (_, i) => (0.5 + 0.02 * random.normal() - (mean[i % channels] as number)) / (std[i % channels] as number),
    )
  const count = checkPictures(given, model.input)
  if (count === 1) return given.slice()
  throw new ArgumentError('there must be one image to start from', { received: `${count} images` })
}
