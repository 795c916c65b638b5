/** The weights of a published network from a state dict, whose arrays have the library's names. */

import { sameShape } from '../../core/shapes.ts'
import { listed } from '../../core/text.ts'
import type { StoredTensor } from '../../model/safetensors.ts'
import type { WeightSource } from '../../model/weightSource.ts'
import { withoutHead } from '../../network/fitInput.ts'
import type { Network } from '../../network/network.ts'
import { auxiliaryHeads } from '../../network/training.ts'
import { inferVolumes } from '../../network/volumes.ts'
import { ForeignFileError } from '../errors.ts'
import { fromPytorch, type StateDictRow, stateDictRows } from '../stateDict.ts'
import type { TimmModel } from './timm.ts'

interface Matched {
  readonly network: Network
  readonly weights: ReadonlyMap<string, WeightSource>
  readonly notes: readonly string[]
}

/** What programs put in front of all names when they save a model that is wrapped. */
const prefixes = ['', 'module.', 'model.', 'state_dict.', 'module.model.'] as const

/** @throws {ForeignFileError} an array is missing, or has another shape */
export function stateDictWeights(
  { network, published }: TimmModel,
  tensors: ReadonlyMap<string, StoredTensor>,
): Matched {
  const rows = new Map(stateDictRows(published.network, published.modules).map((row) => [row.weight, row]))
  const [first] = rows.values()
  const prefix = prefixes.find((each) => tensors.has(`${each}${first?.key}`)) ?? ''
  const keyOf = (row: StateDictRow) => `${prefix}${row.key}`
  const found = withoutAbsentHeads(network, (weight) => {
    const row = rows.get(weight)
    return row !== undefined && tensors.has(keyOf(row))
  })
  const weights = new Map<string, WeightSource>()
  const [faults, used] = [[] as string[], new Set<string>()]
  for (const { node, parameters } of inferVolumes(found)) {
    for (const { name, shape } of parameters) {
      const row = { ...(rows.get(`${node.name}.${name}`) as StateDictRow), shape }
      const tensor = tensors.get(keyOf(row))
      const fault = faultOf(tensor, row)
      if (fault !== undefined) faults.push(`${keyOf(row)} ${fault}`)
      else if (tensor !== undefined)
        weights.set(row.weight, { shape, fill: (into) => into.set(fromPytorch(tensor.values, row)) })
      used.add(keyOf(row))
    }
  }
  if (faults.length > 0) {
    throw new ForeignFileError('the weights are not those of the network', {
      received: `${listed(faults, 10)}`,
      expected: 'an array for each weight of the network',
      advice: 'lenslet convert FILE out.npz lists the arrays of the file',
    })
  }
  const left = [...tensors.keys()].filter((key) => !used.has(key) && !key.endsWith('num_batches_tracked'))
  return { network: found, weights, notes: left.length === 0 ? [] : [`not used: ${listed(left)}`] }
}

/** Heads that only training needs may not be in the file. */
function withoutAbsentHeads(network: Network, has: (weight: string) => boolean): Network {
  const absent = auxiliaryHeads(network.nodes).filter(({ output }) => {
    const node = inferVolumes(network).find((sized) => sized.node.name === output)
    return node?.parameters.some(({ name }) => !has(`${output}.${name}`)) === true
  })
  return absent.reduce((fitted, { name }) => withoutHead(fitted, name), network)
}

/** Axes of a single position may be left out or added: a 1×1 convolution in place of a fully connected layer. */
function faultOf(tensor: StoredTensor | undefined, { shape, axes }: StateDictRow): string | undefined {
  if (tensor === undefined) return 'is missing'
  const theirs = axes.map((axis) => shape[axis] as number)
  const flat = [theirs[0] ?? 1, theirs.slice(1).reduce((product, length) => product * length, 1)]
  const withoutOnes = (lengths: readonly number[]) => lengths.filter((length) => length !== 1)
  const fits = [theirs, flat].some((lengths) => sameShape(withoutOnes(lengths), withoutOnes(tensor.shape)))
  return fits ? undefined : `is [${tensor.shape.join(', ')}], not [${theirs.join(', ')}]`
}
