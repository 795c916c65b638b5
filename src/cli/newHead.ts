/**
 * A trained model for other classes: its last layer starts anew, the rest keeps its weights (Yosinski, Clune, Bengio,
 * Lipson: How transferable are features in deep neural networks?, 2014).
 */

import { isDeepStrictEqual } from 'node:util'
import { platform } from '#platform'
import { printable, sameForm } from '../core/text.ts'
import { decodeModel, encodeModel, type ModelFile, type ModelInfo } from '../model/file.ts'
import { Model, type ModelOptions } from '../model/model.ts'
import type { Tensor } from '../model/safetensors.ts'
import { headOf } from '../network/fitHead.ts'
import type { Network } from '../network/network.ts'
import { closest } from '../notation/suggest.ts'
import { UsageError } from './errors.ts'

export const newHeadHelp = 'train a model for other classes: the last layer starts anew, the others keep their weights'

export function noModel(net: string): UsageError {
  return new UsageError('--new-head needs a trained model', {
    received: net,
    expected: 'a .lenslet file, or the folder of a run that has ended',
    advice: 'leave --new-head out: a new network has no weights to keep',
  })
}

/**
 * What a training from a model starts from, as the bytes of a model file: the model itself, or, where its head is replaced, another.
 * A run that is resumed has the network with the new head in its settings.
 */
export async function startOf(
  path: string,
  network: Network,
  { newHead, ...options }: ModelOptions & { readonly newHead: boolean },
): Promise<Uint8Array> {
  const bytes = await platform.readFile(path)
  const same = isDeepStrictEqual(decodeModel(bytes).network, network)
  return same && !newHead ? bytes : withNewHead(bytes, network, options)
}

/**
 * The bytes of a model with this network, which is that of `bytes` but for its head. Weights of the head start as in a new
 * model (`seed`, `initial`); all others, and the normalization of the pictures, are those of the model.
 */
async function withNewHead(bytes: Uint8Array, network: Network, options: ModelOptions): Promise<Uint8Array> {
  const { info, tensors }: ModelFile = decodeModel(bytes)
  const head = `${headOf(network)?.name}.`
  const { classes: _, ...kept } = info
  await using model = await Model.create(network, { ...options, info: kept })
  for (const name of model.weights.names) {
    if (!name.startsWith(head)) model.weights.set(name, tensors.get(name) as Tensor)
  }
  return encodeModel({ network, info: model.info, tensors: model.weights.views() })
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
