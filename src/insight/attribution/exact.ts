/**
 * The same model in float64. Grad-CAM++ divides by sums that may nearly cancel: rounding in float32, 1e-6 of activations and
 * gradients, was measured to become 7e-4 of the range of a map (ResNet-20, second stage), and 2e-5 in float64.
 */

import { Model } from '../../model/model.ts'
import { inferVolumes } from '../../network/volumes.ts'

/** Multiply-accumulates for an image. The reference takes about a second for as many, forward and back. */
const most = 50e6

/** On the reference, with copies of the weights; the caller disposes of it. Undefined for a network that would be slow there. */
export async function exactTwin(model: Model): Promise<Model | undefined> {
  const macs = inferVolumes(model.network).reduce((sum, each) => sum + each.macs, 0)
  if (macs > most) return undefined
  const weights = await model.snapshot()
  return Model.create(model.network, { weights, info: model.info, backend: 'reference' })
}
