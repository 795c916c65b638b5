/**
 * Score-CAM (Wang et al. 2020, "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks"): each
 * channel's map, scaled to 0…1 and to the image's size, masks the image; the softmax over the scores of the masked
 * images, less that of an image of zeros, weights the channels. It needs no gradients, but a forward pass for each channel.
 */

import type { Program } from '../../backends/types.ts'
import { ArgumentError } from '../../core/errors.ts'
import { sizeOf, volumeSize } from '../../core/shapes.ts'
import { upscale } from '../../core/upscale.ts'
import { lend, type Model } from '../../model/model.ts'
import { checkPictures } from '../../model/pictures.ts'
import { type CamOptions, type ClassActivationMaps, camOptionNames, channelOf, combined } from './gradCam.ts'
import { mapLayer } from './layer.ts'
import { checkFinite, checkRun } from './pass.ts'
import { aimsOf, type Explained } from './target.ts'

export interface ScoreCamOptions extends CamOptions {
  /** At most this many channels, those that vary most over the map; the others count nothing. Default: all, as in the paper. */
  readonly channels?: number | undefined
}

/**
 * Maps [n, height, width] of the layer: ReLU(Σ_c w_c·A_c). Channels with the same value everywhere count nothing: they have
 * no map.
 *
 * @param images [n, h, w, c], normalized, as `Model.predict` takes them
 * @throws {ArgumentError} a target, an option or a layer that does not exist, or a layer that gives no map
 * @throws {PicturesError} not a whole number of images
 */
export async function scoreCam(
  model: Model,
  images: Float32Array,
  options: ScoreCamOptions = {},
): Promise<ClassActivationMaps> {
  checkRun<ScoreCamOptions>('scoreCam', options, { ...camOptionNames, channels: true })
  const { channels: most = Number.POSITIVE_INFINITY, batch = 8 } = options
  if (options.channels !== undefined && !(Number.isInteger(most) && most > 0))
    throw new ArgumentError('the channels must be a whole number from 1', { received: `${most}` })
  const count = checkPictures(images, model.input)
  const given = images.slice()
  const each = volumeSize(model.input)
  const aims = aimsOf(model, options.target, count)
  const { node, output } = mapLayer(model, aims.layer, options.layer)
  const { height, width, channels } = output
  const data = new Float32Array(count * height * width)
  const explained: Explained[] = []
  const shown = Math.min(most, channels)
  const all = count * (shown + 2)
  let done = 0
  await lend(model, { batch, taps: [...new Set([node.name, aims.layer])] }, async (program) => {
    const scorer = new Scorer(program, batch)
    for (let index = 0; index < count; index++) {
      const image = given.subarray(index * each, (index + 1) * each)
      const scoreOf = (values: Float32Array) => aims.start(index, values, new Float32Array(values.length))
      const [values = image] = await scorer.run([image], aims.layer)
      explained.push(scoreOf(values))
      const activations = (await scorer.read(node.name)).slice(0, volumeSize(output))
      const [blank = image] = await scorer.run([new Float32Array(each)], aims.layer)
      const baseline = scoreOf(blank).score
      const chosen = mostVaried(activations, channels, shown)
      done += 2
      const gains = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY)
      for (let first = 0; first < chosen.length; first += batch) {
        options.signal?.throwIfAborted()
        const some = chosen.slice(first, first + batch)
        const masked = some.map((channel) =>
          maskedBy(image, channelOf(activations, channel, channels), output, model.input),
        )
        const scores = await scorer.run(masked, aims.layer)
        some.forEach((channel, i) => {
          gains[channel] = scoreOf(scores[i] as Float32Array).score - baseline
        })
        done += some.length
        options.progress?.(done, all)
      }
      done += shown - chosen.length
      data.set(combined(activations, softmax(gains)), index * height * width)
    }
    options.progress?.(all, all)
  })
  return { shape: [count, height, width], data, explained, layer: node.name }
}

/** Runs images, a batch at most, and reads layers. */
class Scorer {
  readonly #program: Program
  readonly #images: Float32Array

  constructor(program: Program, batch: number) {
    const { ports, buffers } = program.plan
    this.#program = program
    this.#images = new Float32Array((sizeOf(buffers[ports.pictures]?.shape ?? []) / program.plan.batch) * batch)
  }

  /** The values of a layer, for each image. */
  async run(images: readonly Float32Array[], layer: string): Promise<readonly Float32Array[]> {
    const { ports, sections } = this.#program.plan
    images.forEach((image, index) => {
      this.#images.set(image, index * image.length)
    })
    this.#program.write(ports.pictures, this.#images)
    const size = sections.scores?.sizes.findLast((each) => each >= images.length)
    await this.#program.run({ section: 'scores', ...(size !== undefined && { pictures: size }) })
    const values = await this.read(layer)
    checkFinite(values.subarray(0, (values.length / this.#program.plan.batch) * images.length), layer)
    const each = values.length / this.#program.plan.batch
    return images.map((_, index) => values.slice(index * each, (index + 1) * each))
  }

  async read(layer: string): Promise<Float32Array> {
    return (await this.#program.read(this.#program.plan.ports.taps?.[layer] as number)) as Float32Array
  }
}

/** The `most` channels with the largest variance over the map, in their order; none that is the same everywhere. */
function mostVaried(activations: Float32Array, channels: number, most: number): readonly number[] {
  const variances = Array.from({ length: channels }, (_, channel) => {
    const values = channelOf(activations, channel, channels)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return values.some((value) => value !== values[0]) ? values.reduce((sum, value) => sum + (value - mean) ** 2, 0) : 0
  })
  return [...variances.keys()]
    .filter((channel) => (variances[channel] as number) > 0)
    .sort((a, b) => (variances[b] as number) - (variances[a] as number) || a - b)
    .slice(0, most)
    .sort((a, b) => a - b)
}

interface Sides {
  readonly height: number
  readonly width: number
}

/** The image times the map, upscaled and scaled to 0…1. */
function maskedBy(image: Float32Array, map: Float64Array, from: Sides, to: Sides): Float32Array {
  const large = upscale(map, from, to)
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of large) {
    least = Math.min(least, value)
    largest = Math.max(largest, value)
  }
  const range = largest - least
  const channels = image.length / large.length
  return image.map((value, index) => {
    const share = ((large[Math.floor(index / channels)] as number) - least) / (range || 1)
    return value * share
  })
}

/** Of scores; −∞ counts nothing. All zeros where nothing counts. */
function softmax(scores: Float64Array): Float64Array {
  const highest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY)
  if (highest === Number.NEGATIVE_INFINITY) return new Float64Array(scores.length)
  const powers = scores.map((score) => Math.exp(score - highest))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}
