/** The weights of a published network from a state dict, whose arrays have the library's names. */

import { listed } from '../../core/text.ts'
import type { StoredTensor } from '../../model/safetensors.ts'
import { withoutHead } from '../../network/fitInput.ts'
import type { Network } from '../../network/network.ts'
import { auxiliaryHeads } from '../../network/training.ts'
import { inferVolumes } from '../../network/volumes.ts'
import { matchWeights } from '../matchWeights.ts'
import { type StateDictRow, stateDictRows } from '../stateDict.ts'
import type { ImportedModel } from '../types.ts'
import type { TimmModel } from './timm.ts'

/** @throws {MatchError} an array is missing, or has another shape */
export function stateDictWeights(
  { network, published }: TimmModel,
  tensors: ReadonlyMap<string, StoredTensor>,
): Pick<ImportedModel, 'network' | 'weights' | 'notes'> {
  const rows = stateDictRows(published.network, published.modules)
  const complete = withoutAbsentHeads(network, rows, tensors)
  const layers = inferVolumes(published.network).filter(({ parameters }) => parameters.length > 0)
  const kept = new Set(complete.nodes.map(({ name }) => name))
  const modules = published.modules.filter((_, index) => kept.has(layers[index]?.node.name ?? ''))
  const { weights, leftOver } = matchWeights(complete, tensors, { modules: [modules] })
  const left = leftOver.filter((name) => !name.endsWith('num_batches_tracked'))
  return { network: complete, weights, notes: left.length === 0 ? [] : [`not used: ${listed(left)}`] }
}

/** Heads that only training needs may not be in the file. */
function withoutAbsentHeads(
  network: Network,
  rows: readonly StateDictRow[],
  tensors: ReadonlyMap<string, StoredTensor>,
): Network {
  const keys = new Map(rows.map(({ weight, key }) => [weight, key]))
  const names = [...tensors.keys()]
  const isThere = (weight: string) => names.some((name) => `.${name}`.endsWith(`.${keys.get(weight)}`))
  const sized = inferVolumes(network)
  const absent = auxiliaryHeads(network.nodes).filter(({ output }) => {
    const head = sized.find(({ node }) => node.name === output)
    return head?.parameters.some(({ name }) => !isThere(`${output}.${name}`)) === true
  })
  return absent.reduce((fitted, { name }) => withoutHead(fitted, name), network)
}
