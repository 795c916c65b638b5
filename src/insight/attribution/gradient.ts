/**
 * Maps by one backward pass to the image: the gradient of a score, and its two relatives that treat ReLUs in another way.
 */

import { volumeSize } from '../../core/shapes.ts'
import type { Model } from '../../model/model.ts'
import { checkPictures } from '../../model/pictures.ts'
import type { RectifierRule } from '../../ops/types.ts'
import { type AttributionMaps, type AttributionOptions, attributionOptionNames } from './maps.ts'
import { checkRun, runPasses } from './pass.ts'
import { aimsOf, type Explained } from './target.ts'

/**
 * d(score)/d(image), [n, h, w, c]: how much the score changes with each value (Simonyan et al. 2014, "Deep Inside
 * Convolutional Networks"; the paper shows the largest magnitude over the channels).
 *
 * @param images [n, h, w, c], normalized, as `Model.predict` takes them
 * @throws {ArgumentError} a target or an option that does not exist
 * @throws {PicturesError} not a whole number of images
 */
export function gradient(
  model: Model,
  images: Float32Array,
  options: AttributionOptions = {},
): Promise<AttributionMaps> {
  return backTo('gradient', model, images, options, 'gradient')
}

/** The gradient times the image, [n, h, w, c] (Shrikumar et al. 2016, "Not Just a Black Box"). Throws as `gradient` does. */
export async function gradientTimesInput(
  model: Model,
  images: Float32Array,
  options: AttributionOptions = {},
): Promise<AttributionMaps> {
  const given = images.slice()
  const found = await backTo('gradientTimesInput', model, given, options, 'gradient')
  return { ...found, data: found.data.map((value, index) => value * (given[index] as number)) }
}

/**
 * Guided backpropagation, [n, h, w, c]: ReLUs let pass what is positive in the gradient and where they were active
 * (Springenberg et al. 2015, "Striving for Simplicity"). Also ReLU6, and leaky ReLUs with their slope (`RectifierRule`).
 * It hardly depends on the class or on the upper layers (Adebayo et al. 2018; `randomizationCheck`).
 * Throws as `gradient` does, and `GradientError` for a network without ReLUs.
 */
export function guidedBackprop(
  model: Model,
  images: Float32Array,
  options: AttributionOptions = {},
): Promise<AttributionMaps> {
  return backTo('guidedBackprop', model, images, options, 'guided')
}

/**
 * The deconvnet, [n, h, w, c]: ReLUs let pass what is positive in the signal that goes back, max pools send it to where
 * the maximum was (their switches), filters are transposed (Zeiler and Fergus 2014, "Visualizing and Understanding
 * Convolutional Networks"). The other layers pass on the gradient. Throws as `guidedBackprop` does.
 */
export function deconvnet(
  model: Model,
  images: Float32Array,
  options: AttributionOptions = {},
): Promise<AttributionMaps> {
  return backTo('deconvnet', model, images, options, 'deconvnet')
}

async function backTo(
  name: string,
  model: Model,
  given: Float32Array,
  options: AttributionOptions,
  rectifiers: RectifierRule,
): Promise<AttributionMaps> {
  checkRun(name, options, attributionOptionNames)
  const count = checkPictures(given, model.input)
  const images = given.slice()
  const each = volumeSize(model.input)
  const aims = aimsOf(model, options.target, count)
  const data = new Float32Array(images.length)
  const explained: Explained[] = []
  const input = model.network.nodes[0]?.name as string
  await runPasses(
    model,
    {
      count,
      of: aims.layer,
      to: ['pictures'],
      rectifiers,
      image: (index, into) => into.set(images.subarray(index * each, (index + 1) * each)),
      start: (index, values, start) => explained.push(aims.start(index, values, start)),
      take: (index, { gradients }) => data.set(gradients[input] as Float32Array, index * each),
    },
    options,
  )
  const { height, width, channels } = model.input
  return { shape: [count, height, width, channels], data, explained }
}
