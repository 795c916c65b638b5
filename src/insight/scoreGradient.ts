/** The gradient of an image's highest score with respect to what a layer gives. */

import type { Model } from '../model/model.ts'
import { runPasses } from './attribution/pass.ts'
import { aimsOf } from './attribution/target.ts'

/**
 * @param picture [h, w, c], normalized
 * @returns d(score)/d(output of the layer), as long as its volume
 * @throws {GradientError} the score does not depend on the layer
 */
export async function scoreGradient(model: Model, picture: Float32Array, layer: string): Promise<Float32Array> {
  const aims = aimsOf(model, undefined, 1)
  // The scores' own layer: the highest of them, and nothing else.
  if (aims.layer === layer) {
    const scores = (await model.activations(picture, [layer]))[layer]?.data as Float32Array
    const gradient = new Float32Array(scores.length)
    aims.start(0, scores, gradient)
    return gradient
  }
  let found = new Float32Array()
  await runPasses(
    model,
    {
      count: 1,
      of: aims.layer,
      to: [{ node: layer }],
      image: (_, into) => into.set(picture),
      start: (index, values, gradient) => {
        aims.start(index, values, gradient)
      },
      take: (_, { gradients }) => {
        found = Float32Array.from(gradients[layer] ?? [])
      },
    },
    {},
  )
  return found
}
