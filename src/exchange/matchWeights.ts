/**
 * Finds a network's weights among arrays by name and shape. The names may be ours, those of a library that publishes the
 * network (torchvision, timm), those of another file with the same network, or, for a network that was written by hand, any
 * names in PyTorch's order of modules.
 */

import { LensletError } from '../core/errors.ts'
import { counted, listed } from '../core/text.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { type ModuleMatch, matchModules } from './matchModules.ts'
import { type Arrays, type Attempt, attempt, leftOver, type MatchedWeights } from './matchRows.ts'
import { type StateDictRow, stateDictRows } from './stateDict.ts'
import type { ImportedModel } from './types.ts'

export type { MatchedWeights } from './matchRows.ts'

/** Arrays that do not make up the weights of a network. */
export class MatchError extends LensletError {
  /** Weights without an array: our names, or those of the file that holds the network. */
  readonly missing: readonly string[]

  constructor(message: string, details: ConstructorParameters<typeof LensletError>[1], missing: readonly string[]) {
    super(message, details)
    this.missing = missing
  }
}

export interface MatchOptions {
  /** The modules of each library that publishes the network, in the network's order: see `ZooEntry.pytorch`. */
  readonly modules?: readonly (readonly string[])[]
  /** The file that the network comes from, where it is one. */
  readonly model?: Pick<ImportedModel, 'withArrays'>
}

/** @throws {MatchError} a weight for which there is no array of its name and shape; all of them are listed */
export function matchWeights(
  network: Network,
  arrays: Arrays,
  { modules = [], model }: MatchOptions = {},
): MatchedWeights {
  const replaced = model?.withArrays && withFileNames(network, arrays, model.withArrays)
  if (replaced?.missing.length === 0) return replaced
  const own = ownRows(network)
  const nodes = inferVolumes(network).filter(({ parameters }) => parameters.length > 0)
  const named = stateDictRows(
    network,
    nodes.map(({ node }) => node.name),
  )
  const tables = [own, ...modules.map((each) => stateDictRows(network, each)), named]
  const tries = tables.flatMap((rows) => prefixesOf(rows, arrays).map((prefix) => attempt(rows, arrays, prefix)))
  const found = tries.find(({ missing }) => missing.length === 0)
  if (found !== undefined) return found
  const byModule = matchModules(network, arrays)
  if (byModule.ambiguous.length > 0) throw ambiguous(byModule)
  if (byModule.missing.length === 0) return byModule
  tries.push(byModule)
  const best = tries.reduce((a, b) => (b.missing.length < a.missing.length ? b : a))
  throw notFound(replaced !== undefined && replaced.missing.length < best.missing.length ? replaced : best, arrays)
}

/** Our own names and layouts: what convert wrote. */
function ownRows(network: Network): readonly StateDictRow[] {
  return inferVolumes(network).flatMap(({ node, parameters }) =>
    parameters.map(({ name, shape }) => ({
      weight: `${node.name}.${name}`,
      shape,
      key: `${node.name}.${name}`,
      axes: shape.map((_, axis) => axis),
      theirs: shape,
    })),
  )
}

/** What stands before the names in the file: `module.`, `model.`, `backbone.`; at most two that are worth a try. */
function prefixesOf(rows: readonly StateDictRow[], arrays: Arrays): readonly string[] {
  const counts = new Map<string, number>([['', 0]])
  const keys = new Set(rows.slice(0, 3).map(({ key }) => key))
  for (const name of arrays.keys()) {
    for (const key of keys) {
      const prefix = name.slice(0, name.length - key.length)
      if (name.endsWith(key) && (prefix === '' || prefix.endsWith('.')))
        counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
    }
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 2)
    .map(([prefix]) => prefix)
}

/** By the names of the file that holds the network. */
function withFileNames(
  network: Network,
  arrays: Arrays,
  withArrays: NonNullable<ImportedModel['withArrays']>,
): Attempt {
  const names = [...arrays.keys()]
  const plain = withArrays(arrays)
  const prefix =
    plain.missing.length === 0
      ? undefined
      : names.map((name) => /^(module|model|network|net)\./.exec(name)?.[0]).find((each) => each !== undefined)
  const stripped =
    prefix === undefined
      ? arrays
      : new Map([...arrays].map(([name, array]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, array]))
  const { weights, used, missing } = prefix === undefined ? plain : withArrays(stripped)
  const isUsed = new Set(used.flatMap((name) => [name, `${prefix ?? ''}${name}`]))
  const needed = new Set(
    inferVolumes(network).flatMap(({ node, parameters }) => parameters.map(({ name }) => `${node.name}.${name}`)),
  )
  return {
    weights: new Map([...weights].filter(([name]) => needed.has(name))),
    matched: used.map((name) => ({ weight: name, key: `${prefix ?? ''}${name}` })),
    missing,
    leftOver: leftOver(arrays, isUsed),
  }
}

function ambiguous({ ambiguous: layers, missing }: ModuleMatch): MatchError {
  return new MatchError(
    'several arrays of the file fit the same layers of the network, and their names do not say which is which',
    {
      received: listed(layers, 4),
      expected: 'names of the network, of its zoo entry or of its file; or modules in their order, or numbered',
      advice: 'name the layers of the network as the modules are named; lenslet help notation says how',
    },
    missing,
  )
}

function notFound({ missing, matched, leftOver: left }: Attempt, arrays: Arrays): MatchError {
  return new MatchError(
    'the arrays of the file are not the weights of this network',
    {
      received: `${counted(arrays.size, 'array')}, of which ${matched.length} fit; left over: ${left.length === 0 ? 'none' : listed(left, 8)}`,
      expected: `also ${listed(missing, 8)}`,
      advice: 'check that it is the same network, with as many classes',
    },
    missing,
  )
}
