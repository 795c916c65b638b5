/**
 * A trained model for other classes: its last layer gets new weights, the others keep theirs (Yosinski, Clune, Bengio,
 * Lipson: How transferable are features in deep neural networks?, 2014).
 */

import { sizeOf } from '../core/shapes.ts'
import { Model } from '../model/model.ts'
import type { ModelOptions } from '../model/options.ts'
import { auxiliaryHeadsOf, headOf } from '../network/fitHead.ts'
import type { Network } from '../network/network.ts'
import { lossOf } from '../network/training.ts'
import { inferVolumes } from '../network/volumes.ts'
import { resolveLoss } from '../ops/losses/table.ts'
import type { ImportedModel } from './types.ts'

/**
 * A model with this network, which is that of `source` but for its heads. Weights of the heads, and of layers behind the
 * last one, start as in a new model (`seed`, `initial`); all others, and how images are prepared, are those of the source.
 * (A run keeps a copy of what it started from, so resuming needs none of this.)
 */
export async function withNewHead(
  source: Pick<ImportedModel, 'weights' | 'info'>,
  network: Network,
  options: ModelOptions = {},
): Promise<Model> {
  const fresh = freshNodes(network)
  const { classes: _, tensors: __, origin: ___, ...kept } = source.info
  const model = await Model.create(network, { ...options, info: kept })
  for (const name of model.weights.names) {
    const given = source.weights.get(name)
    if (given === undefined || fresh.has(name.slice(0, name.lastIndexOf('.')))) continue
    const values = new Float32Array(sizeOf(given.shape))
    given.fill(values)
    model.weights.set(name, { shape: given.shape, values })
  }
  if (options.initial === undefined) calm(model, network)
  return model
}

/**
 * Starts a new head with small scores. Those of He's rule suit normalized inputs; the features of a trained network are
 * larger, and a first loss of several times that of a guess is unlearned at the expense of the weights behind the features.
 * The bias starts at 1, which changes no probability, so that a ReLU behind the head (SqueezeNet) lets every class learn.
 */
function calm({ weights }: Model, network: Network): void {
  const isOfClasses = resolveLoss(lossOf(network)).compares === 'class'
  const head = headOf(network)?.name
  const specs = inferVolumes(network).find(({ node }) => node.name === head)?.parameters ?? []
  for (const { name, decays } of specs) {
    const full = `${head}.${name}`
    const values = weights.get(full)
    if (decays)
      weights.set(
        full,
        values.map((value) => value * headScale),
      )
    else if (isOfClasses) weights.set(full, new Float32Array(values.length).fill(1))
  }
}

/** From He's deviation, √(2/512), to the 0.01 of torchvision's SqueezeNet, in a power of two. */
const headScale = 1 / 8

/** The heads, and what is behind the last one: a norm there has as many channels as there are classes. */
function freshNodes(network: Network): ReadonlySet<string> {
  const [head] = [headOf(network)?.name]
  const fresh = new Set(auxiliaryHeadsOf(network).map(({ name }) => name))
  if (head === undefined) return fresh
  fresh.add(head)
  const behind = new Set([head])
  for (const { name, inputs } of network.nodes) {
    if (!inputs.some((input) => behind.has(input))) continue
    behind.add(name)
    fresh.add(name)
  }
  return fresh
}
