/**
 * Finds a network's weights among arrays by name and shape. The names may be ours, those of a library that publishes the
 * network (torchvision, timm), those of another file with the same network, or, for a network that was written by hand, any
 * names in PyTorch's order of modules.
 */

import { LensletError } from '../core/errors.ts'
import { printShape, type Shape, sameShape, sizeOf } from '../core/shapes.ts'
import { counted, listed } from '../core/text.ts'
import type { StoredTensor } from '../model/safetensors.ts'
import type { WeightSource } from '../model/weightSource.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { arrangedAsOurs, type StateDictRow, stateDictRows } from './stateDict.ts'
import type { ImportedModel } from './types.ts'

export interface MatchedWeights {
  readonly weights: ReadonlyMap<string, WeightSource>
  /** Our names and theirs. */
  readonly matched: readonly { readonly weight: string; readonly key: string }[]
  /** Arrays that no weight took. */
  readonly leftOver: readonly string[]
}

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

type Arrays = ReadonlyMap<string, StoredTensor>

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
  const byOrder = inOrder(network, arrays)
  if (byOrder !== undefined) tries.push(byOrder)
  const found = tries.find(({ missing }) => missing.length === 0)
  if (found !== undefined) return found
  const best = tries.reduce((a, b) => (b.missing.length < a.missing.length ? b : a))
  throw notFound(replaced !== undefined && replaced.missing.length < best.missing.length ? replaced : best, arrays)
}

interface Attempt extends MatchedWeights {
  readonly missing: readonly string[]
  /** Arrays of the right name and another shape. */
  readonly misfits: readonly string[]
}

/** Our own names and layouts: what convert wrote. */
function ownRows(network: Network): readonly StateDictRow[] {
  return inferVolumes(network).flatMap(({ node, parameters }) =>
    parameters.map(({ name, shape }) => ({
      weight: `${node.name}.${name}`,
      shape,
      key: `${node.name}.${name}`,
      axes: shape.map((_, axis) => axis),
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

function attempt(rows: readonly StateDictRow[], arrays: Arrays, prefix: string): Attempt {
  const weights = new Map<string, WeightSource>()
  const matched: { weight: string; key: string }[] = []
  const [missing, misfits]: [string[], string[]] = [[], []]
  for (const row of rows) {
    const key = `${prefix}${row.key}`
    const array = arrays.get(key)
    if (array === undefined || !fits(array.shape, row)) {
      missing.push(
        `${row.weight} ${printShape(row.shape)}${array === undefined ? '' : `; ${key} is ${printShape(array.shape)}`}`,
      )
      if (array !== undefined) misfits.push(key)
      continue
    }
    matched.push({ weight: row.weight, key })
    weights.set(row.weight, sourceOf(row, array))
  }
  return { weights, matched, missing, misfits, leftOver: leftOver(arrays, new Set(matched.map(({ key }) => key))) }
}

function leftOver(arrays: Arrays, used: ReadonlySet<string>): readonly string[] {
  return [...arrays.keys()].filter((name) => !used.has(name))
}

/** The same axes; sides of 1 may be left out, and axes that PyTorch flattens count together. */
function fits(found: Shape, { shape, axes }: StateDictRow): boolean {
  const theirs = axes.map((axis) => shape[axis] as number)
  if (sameShape(withoutOnes(found), withoutOnes(theirs))) return true
  const isFlat = found.length === 2 && theirs.length > 2 && found[0] === theirs[0]
  return isFlat && sizeOf(found) === sizeOf(shape)
}

const withoutOnes = (shape: Shape) => shape.filter((side) => side !== 1)

function sourceOf(row: StateDictRow, array: StoredTensor): WeightSource {
  return { shape: row.shape, fill: (into) => arrangedAsOurs(array.values, row, into) }
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
    misfits: [],
    leftOver: leftOver(arrays, isUsed),
  }
}

/** Module by module, in the file's order or that of the names; every module must have the arrays of its layer. */
function inOrder(network: Network, arrays: Arrays): Attempt | undefined {
  const groups = new Map<string, string[]>()
  for (const name of arrays.keys()) {
    if (name.endsWith('num_batches_tracked')) continue
    const module = name.slice(0, Math.max(0, name.lastIndexOf('.')))
    groups.set(module, [...(groups.get(module) ?? []), name])
  }
  const byName = new Intl.Collator('en', { numeric: true })
  const orders = [[...groups.keys()], [...groups.keys()].sort(byName.compare)]
  const nodes = inferVolumes(network).filter(({ parameters }) => parameters.length > 0)
  if (groups.size !== nodes.length) return undefined
  for (const modules of orders) {
    const found = attempt(stateDictRows(network, modules), arrays, '')
    if (found.missing.length === 0) return found
  }
  return undefined
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
