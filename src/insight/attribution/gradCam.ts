/**
 * Class activation maps by gradients: the channels of a layer, weighted by what each does for the score, added up.
 * Coarse where the layer is deep, and never finer than its map.
 */

import { volumeSize } from '../../core/shapes.ts'
import type { Model } from '../../model/model.ts'
import { checkPictures } from '../../model/pictures.ts'
import { exactTwin } from './exact.ts'
import { mapLayer } from './layer.ts'
import { type AttributionMaps, type AttributionOptions, attributionOptionNames } from './maps.ts'
import { checkRun, runPasses } from './pass.ts'
import { aimsOf, type Explained } from './target.ts'

export interface CamOptions extends AttributionOptions {
  /** Whose map. Default: the last layer with a map in front of the scores. */
  readonly layer?: string | undefined
}

export const camOptionNames = { ...attributionOptionNames, layer: true } as const

export interface ClassActivationMaps extends AttributionMaps {
  readonly layer: string
}

/** The weight of a channel, from its activations and gradients: [positions] each. */
interface Weighting {
  weight(gradients: Float64Array, activations: Float64Array): number
  /** Whether it amplifies rounding: then the network is computed in float64, if it is small. */
  readonly isDelicate: boolean
}

/** Grad-CAM's: the mean of the gradients. */
const meanGradient: Weighting = {
  weight: (gradients) => gradients.reduce((sum, g) => sum + g, 0) / gradients.length,
  isDelicate: false,
}

/**
 * Grad-CAM++'s: Σ α·ReLU(g) with α = g²/(2g² + Σ A·g³) (equations 18 and 19 of the paper, where the score is an exponential
 * of the logit: its derivatives are then powers of g).
 */
const plusPlus: Weighting = {
  weight(gradients, activations) {
    let cubes = 0
    for (let p = 0; p < gradients.length; p++) cubes += (activations[p] as number) * (gradients[p] as number) ** 3
    let weight = 0
    for (const g of gradients) if (g > 0) weight += (g * g * g) / (2 * g * g + cubes + 1e-12)
    return weight
  },
  isDelicate: true,
}

/**
 * Grad-CAM (Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks"): ReLU(Σ_c w_c·A_c), with w_c the mean
 * of d(score)/dA_c over the map. [n, height, width] of the layer; `upscale` brings a map to the image's size.
 *
 * @param images [n, h, w, c], normalized, as `Model.predict` takes them
 * @throws {ArgumentError} a target, an option or a layer that does not exist, or a layer that gives no map
 * @throws {GradientError} a layer that the score does not depend on
 * @throws {PicturesError} not a whole number of images
 */
export function gradCam(model: Model, images: Float32Array, options: CamOptions = {}): Promise<ClassActivationMaps> {
  return weighted('gradCam', model, images, options, meanGradient)
}

/**
 * Grad-CAM++ (Chattopadhay et al. 2018): as Grad-CAM, but the weight of a channel is a weighted sum of its positive gradients,
 * so that several objects of a class count alike. Throws as `gradCam` does.
 */
export function gradCamPlusPlus(
  model: Model,
  images: Float32Array,
  options: CamOptions = {},
): Promise<ClassActivationMaps> {
  return weighted('gradCamPlusPlus', model, images, options, plusPlus)
}

async function weighted(
  name: string,
  model: Model,
  images: Float32Array,
  options: CamOptions,
  weighting: Weighting,
): Promise<ClassActivationMaps> {
  checkRun<CamOptions>(name, options, camOptionNames)
  const count = checkPictures(images, model.input)
  const given = images.slice()
  const each = volumeSize(model.input)
  const aims = aimsOf(model, options.target, count)
  const { node, output } = mapLayer(model, aims.layer, options.layer)
  const { height, width, channels } = output
  const positions = height * width
  const data = new Float32Array(count * positions)
  const explained: Explained[] = []
  await using exact = weighting.isDelicate ? await exactTwin(model) : undefined
  await runPasses(
    exact ?? model,
    {
      count,
      of: aims.layer,
      to: [{ node: node.name }],
      taps: [node.name],
      image: (index, into) => into.set(given.subarray(index * each, (index + 1) * each)),
      start: (index, values, start) => explained.push(aims.start(index, values, start)),
      take(index, { gradients, taps }) {
        const [slopes, activations] = [gradients[node.name], taps[node.name]] as [Float32Array, Float32Array]
        data.set(camOf(weighting, slopes, activations, channels), index * positions)
      },
    },
    options,
  )
  return { shape: [count, height, width], data, explained, layer: node.name }
}

/** The map of a layer from its gradients and activations, [positions, channels] each: [positions]. */
function camOf({ weight }: Weighting, slopes: Float32Array, activations: Float32Array, channels: number): Float32Array {
  const weights = Float64Array.from({ length: channels }, (_, c) =>
    weight(channelOf(slopes, c, channels), channelOf(activations, c, channels)),
  )
  return combined(activations, weights)
}

/** Grad-CAM's. */
export const gradCamOf = (slopes: Float32Array, activations: Float32Array, channels: number) =>
  camOf(meanGradient, slopes, activations, channels)

/** [positions], of values [positions, channels]. */
export function channelOf(values: Float32Array, channel: number, channels: number): Float64Array {
  return Float64Array.from({ length: values.length / channels }, (_, p) => values[p * channels + channel] as number)
}

/** ReLU(Σ_c w_c·A_c), [positions]. */
export function combined(activations: Float32Array, weights: Float64Array): Float32Array {
  const channels = weights.length
  return Float32Array.from({ length: activations.length / channels }, (_, p) => {
    let sum = 0
    for (let c = 0; c < channels; c++) sum += (weights[c] as number) * (activations[p * channels + c] as number)
    return Math.max(0, sum)
  })
}
