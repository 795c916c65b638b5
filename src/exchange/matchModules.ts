/**
 * Finds a network's weights among arrays whose names say nothing of it: modules of PyTorch, or layers of Keras and JAX. A
 * module fits a layer if it has exactly the layer's arrays. Where several fit, their order decides, if it is known.
 */

import { checksum } from '../core/checksum.ts'
import { printShape } from '../core/shapes.ts'
import type { StoredTensor } from '../model/safetensors.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { type Arrays, type Attempt, attempt, fits } from './matchRows.ts'
import { type StateDictRow, stateDictRows } from './stateDict.ts'

export interface ModuleMatch extends Attempt {
  /** Layers for which several modules remain: `fc1: head, classifier`. */
  readonly ambiguous: readonly string[]
}

interface Module {
  /** In the file's order. */
  readonly place: number
  readonly name: string
  /** Full names by last part: `weight` → `features.0.weight`. */
  readonly arrays: Map<string, string>
}

/** A layer with weights: its rows by each convention, without the module's name. */
interface Target {
  readonly name: string
  readonly conventions: readonly (readonly StateDictRow[])[]
}

/** What Keras and JAX call our arrays, which they have in our layout: [F, F, C, K]. */
const channelsLast: Readonly<Record<string, readonly string[]>> = {
  filters: ['kernel', 'depthwise_kernel'],
  scale: ['gamma', 'scale'],
  shift: ['beta', 'bias'],
  mean: ['moving_mean', 'mean'],
  variance: ['moving_variance', 'var'],
}

export function matchModules(network: Network, arrays: Arrays): ModuleMatch {
  const modules = modulesOf(arrays)
  const targets = targetsOf(network)
  const fitting = targets.map((target) => modules.filter((module) => rowsIn(module, target, arrays) !== undefined))
  const isSorted = [...arrays.keys()].every((name, index, names) => index === 0 || (names[index - 1] as string) < name)
  const inOrder =
    !isSorted && modules.length === targets.length && modules.every((each, i) => fitting[i]?.includes(each))
  const chosen = inOrder ? { modules, ambiguous: [] } : byKind(targets, fitting, isSorted, arrays)
  const rows: StateDictRow[] = []
  const missing: string[] = []
  for (const [index, target] of targets.entries()) {
    const module = chosen.modules[index]
    const found = module && rowsIn(module, target, arrays)
    if (found !== undefined) rows.push(...found)
    else missing.push(...(target.conventions[0] ?? []).map(({ weight, shape }) => `${weight} ${printShape(shape)}`))
  }
  return { ...attempt(rows, arrays), missing, ambiguous: chosen.ambiguous }
}

function modulesOf(arrays: Arrays): readonly Module[] {
  const modules = new Map<string, Module>()
  for (const full of arrays.keys()) {
    if (full.endsWith('num_batches_tracked')) continue
    // TensorFlow numbers outputs, and Flax keeps running statistics in a tree of their own.
    const name = full.replace(/:0$/, '').replace(/^(params|batch_stats)([./])/, '')
    const at = Math.max(name.lastIndexOf('.'), name.lastIndexOf('/'))
    const module = name.slice(0, Math.max(0, at))
    const found = modules.get(module) ?? { place: modules.size, name: module, arrays: new Map<string, string>() }
    found.arrays.set(name.slice(at + 1), full)
    modules.set(module, found)
  }
  return [...modules.values()]
}

function targetsOf(network: Network): readonly Target[] {
  const nodes = inferVolumes(network).filter(({ parameters }) => parameters.length > 0)
  const rows = stateDictRows(
    network,
    nodes.map(() => ''),
  )
  let at = 0
  return nodes.map(({ node, parameters }) => {
    const own = rows.slice(at, at + parameters.length)
    at += parameters.length
    const turned = (which: number) =>
      own.map((row, index): StateDictRow => {
        const names = channelsLast[parameters[index]?.name as string] ?? [parameters[index]?.name as string]
        return { ...row, key: (names[which] ?? names[0]) as string, axes: row.shape.map((_, axis) => axis) }
      })
    return { name: node.name, conventions: [own, turned(0), turned(1)] }
  })
}

/** The rows of a layer with the full names of a module's arrays; undefined where the module has others, or other shapes. */
function rowsIn(module: Module, { conventions }: Target, arrays: Arrays): readonly StateDictRow[] | undefined {
  for (const convention of conventions) {
    if (convention.length !== module.arrays.size) continue
    const rows = convention.map((row) => ({ ...row, key: module.arrays.get(row.key) ?? '' }))
    const all = rows.every((row) => {
      const array = arrays.get(row.key)
      return array !== undefined && fits(array.shape, row)
    })
    if (all) return rows
  }
  return undefined
}

interface Choice {
  /** For each layer. */
  readonly modules: readonly (Module | undefined)[]
  readonly ambiguous: readonly string[]
}

/**
 * Layers that the same modules fit are of one kind. As many modules as layers are taken in their order; where the file sorts
 * its names, and so has lost the order of the modules, only names that differ in their numbers have one.
 */
function byKind(
  targets: readonly Target[],
  fitting: readonly (readonly Module[])[],
  isSorted: boolean,
  arrays: Arrays,
): Choice {
  const kinds = new Map<string, number[]>()
  for (const [index, candidates] of fitting.entries()) {
    const kind = candidates.map(({ place }) => place).join()
    kinds.set(kind, [...(kinds.get(kind) ?? []), index])
  }
  const uses = new Map<Module, number>()
  for (const [index] of kinds.values())
    for (const module of fitting[index as number] ?? []) uses.set(module, (uses.get(module) ?? 0) + 1)
  const chosen: (Module | undefined)[] = targets.map(() => undefined)
  const ambiguous: string[] = []
  for (const layers of kinds.values()) {
    const all = fitting[layers[0] as number] ?? []
    const candidates = all.length > layers.length ? untied(all, arrays) : all
    if (candidates.length < layers.length) continue
    const isNumbered = new Set(candidates.map(({ name }) => name.replace(/\d+/g, '#'))).size === 1
    const isClear =
      candidates.length === layers.length &&
      candidates.every((module) => uses.get(module) === 1) &&
      (layers.length === 1 || isNumbered || !isSorted)
    if (isClear) {
      const order = isSorted ? [...candidates].sort((a, b) => compare(a.name, b.name)) : candidates
      for (const [place, index] of layers.entries()) chosen[index] = order[place]
    } else {
      const names = layers.map((index) => targets[index]?.name)
      ambiguous.push(`${names.join(', ')}: ${candidates.map(({ name }) => name).join(', ')}`)
    }
  }
  return { modules: chosen, ambiguous }
}

/** Numbers in names count as numbers: `layer.10` comes after `layer.2`. */
const { compare } = new Intl.Collator('en', { numeric: true })

/** Without modules whose values are those of an earlier one. */
function untied(modules: readonly Module[], arrays: Arrays): readonly Module[] {
  const seen = new Set<string>()
  return modules.filter((module) => {
    const names = [...module.arrays].sort().map(([, full]) => full)
    const sum = checksum(valuesOf(names, arrays))
    if (seen.has(sum)) return false
    seen.add(sum)
    return true
  })
}

function* valuesOf(names: readonly string[], arrays: Arrays): Generator<Uint8Array> {
  for (const name of names) yield (arrays.get(name) as StoredTensor).bytes
}
