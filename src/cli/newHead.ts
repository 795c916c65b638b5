/**
 * A trained model for other classes: its last layer gets new weights, the others keep theirs (Yosinski, Clune, Bengio,
 * Lipson: How transferable are features in deep neural networks?, 2014).
 */

import { sizeOf } from '../core/shapes.ts'
import { closest } from '../core/suggest.ts'
import { printable, sameForm } from '../core/text.ts'
import type { ImportedModel } from '../exchange/types.ts'
import type { ModelInfo } from '../model/info.ts'
import { Model } from '../model/model.ts'
import type { ModelOptions } from '../model/options.ts'
import { auxiliaryHeadsOf, headOf } from '../network/fitHead.ts'
import type { Network } from '../network/network.ts'
import { lossOf } from '../network/training.ts'
import { inferVolumes } from '../network/volumes.ts'
import { resolveLoss } from '../ops/losses/table.ts'
import { UsageError } from './errors.ts'

export const newHeadHelp = 'train a model for other classes: the last layer gets new weights, the others keep theirs'

export function noModel(net: string): UsageError {
  return new UsageError('--new-head needs a trained model', {
    received: net,
    expected: 'a model file, or the folder of a run that has ended',
    advice: 'leave --new-head out: a new network has no weights to keep',
  })
}

/**
 * A model with this network, which is that of `source` but for its heads. Weights of the heads, and of layers behind the
 * last one, start as in a new model (`seed`, `initial`); all others, and how images are prepared, are those of the source.
 * (A run keeps a copy of what it started from, so resuming needs none of this.)
 */
export async function withNewHead(source: ImportedModel, network: Network, options: ModelOptions): Promise<Model> {
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

/**
 * Whether a model gets a new head: it was asked for, or the model comes from another program or is to be fine-tuned, and
 * its scores are not those of the data's classes.
 */
export function needsNewHead(
  { newHead, freeze }: { readonly newHead?: boolean; readonly freeze?: readonly string[] },
  isForeign: boolean,
  { classes: known }: ModelInfo,
  classes: readonly string[],
): boolean {
  if (newHead !== undefined) return newHead
  if (freeze === undefined && !isForeign) return false
  if (known === undefined) return true
  const names = new Set(known.map(sameForm))
  return classes.some((name) => !names.has(sameForm(name)))
}

/** Throws `UsageError` for a class that the model does not know, and says how to go on. */
export function checkKnown(name: string, { classes: known }: ModelInfo, classes: readonly string[]): void {
  if (known === undefined) return
  const names = known.map(sameForm)
  const unknown = classes.filter((each) => !names.includes(sameForm(each)))
  const [first] = unknown
  if (first === undefined) return
  const near = closest(first, names)
  throw new UsageError(`${name} does not know the ${unknown.length === 1 ? 'class' : 'classes'} ${list(unknown)}`, {
    received: `the classes ${list(classes)}`,
    expected: `the model's classes: ${list(names)}`,
    advice: `--new-head, which replaces the last layer and keeps the other weights${near === undefined ? '' : `; or rename the folder to ${printable(near)}`}`,
  })
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 12).map(printable).join(', ')
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown
}
