/** What `lenslet convert` reads: a model, or arrays by name that are matched with a network. */

import { printable } from '../core/text.ts'
import { type MatchedWeights, matchWeights } from '../exchange/matchWeights.ts'
import { modelFiles } from '../exchange/node/modelFiles.ts'
import { readTensors } from '../exchange/read.ts'
import type { ImportedModel, OpenSizes } from '../exchange/types.ts'
import { readCall, UsageError } from './errors.ts'
import { readForeign } from './foreign.ts'
import { hub, readHubArrays } from './hub.ts'
import { findModel } from './model.ts'
import { type NetworkSource, readNetwork } from './network.ts'

interface ConvertedModel extends ImportedModel {
  /** Where the weights were found by name and shape. */
  readonly match?: MatchedWeights
}

/** A model; with `network`, the arrays of a file as its weights. Throws `MatchError` where they are not all there. */
export async function readConvertible(
  path: string,
  network: string | undefined,
  { size }: OpenSizes = {},
): Promise<ConvertedModel> {
  const { file, format } = await readCall(() => findModel(path))
  if (network === undefined) return readForeign(file, { size })
  if (format.readTensors === undefined) {
    throw new UsageError('--network is for a file of weights', {
      received: `${printable(path)}, a model of ${format.name} with a network of its own`,
      expected: 'weights without a network',
      advice: 'leave --network out',
    })
  }
  const source = await readCall(() => readNetwork(network, { size }))
  const { tensors, notes } = format === hub ? await readHubArrays(file) : await readTensors(modelFiles(file))
  const match = matchWeights(source.network, tensors, matchOptions(source))
  const { classes: _, ...info } = source.imported?.info ?? {}
  return { network: source.network, weights: match.weights, info, notes, match }
}

function matchOptions({ entry, imported }: NetworkSource) {
  const modules = Object.values(entry?.pytorch ?? {}).map(({ modules: names }) => names())
  return { modules, ...(imported && { model: imported }) }
}
