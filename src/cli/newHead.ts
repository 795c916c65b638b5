/**
 * A trained model for other classes: its last layer gets new weights, the others keep theirs (Yosinski, Clune, Bengio,
 * Lipson: How transferable are features in deep neural networks?, 2014).
 */

import { platform } from '#platform'
import { closest } from '../core/suggest.ts'
import { printable, sameForm } from '../core/text.ts'
import { decodeModel, type ModelFile } from '../model/file.ts'
import type { ModelInfo } from '../model/info.ts'
import { Model, type ModelOptions } from '../model/model.ts'
import type { Tensor } from '../model/safetensors.ts'
import { auxiliaryHeadsOf, headOf } from '../network/fitHead.ts'
import type { Network } from '../network/network.ts'
import { UsageError } from './errors.ts'

export const newHeadHelp = 'train a model for other classes: the last layer gets new weights, the others keep theirs'

export function noModel(net: string): UsageError {
  return new UsageError('--new-head needs a trained model', {
    received: net,
    expected: 'a .lenslet file, or the folder of a run that has ended',
    advice: 'leave --new-head out: a new network has no weights to keep',
  })
}

/**
 * The bytes of a model with this network, which is that of the file but for its head. Weights of the head start as in a new
 * model (`seed`, `initial`); all others, and the normalization of the pictures, are those of the file. (A run keeps a copy of
 * what it started from, so resuming needs none of this.)
 */
export async function withNewHead(path: string, network: Network, options: ModelOptions): Promise<Uint8Array> {
  const { info, tensors }: ModelFile = decodeModel(await platform.readFile(path))
  const heads = [headOf(network), ...auxiliaryHeadsOf(network)].map((head) => `${head?.name}.`)
  const { classes: _, ...kept } = info
  await using model = await Model.create(network, { ...options, info: kept })
  for (const name of model.weights.names) {
    if (!heads.some((head) => name.startsWith(head))) model.weights.set(name, tensors.get(name) as Tensor)
  }
  return model.encode()
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
