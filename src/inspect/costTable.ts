/** What a network costs, as a table of texts: the command line and the report each have their own layout. */

import { printVolume, volumeSize } from '../core/shapes.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { bytesOf } from '../ops/arrays.ts'
import { cost, type LayerCost, type NetworkCost } from '../plan/cost.ts'
import type { PlanMemory } from '../plan/types.ts'
import { printBytes, printCount } from './units.ts'

/** A layer's cost and what it adds to the activations of one picture. */
export interface LayerRow extends LayerCost {
  /** Values that the layer keeps for one picture; 0 where it works in place. Those of scores add up to the total. */
  readonly activations: number
}

export interface NetworkTable extends Omit<NetworkCost, 'layers'> {
  readonly layers: readonly LayerRow[]
}

/** `cost` with the activations of every layer. Throws `SizeError`. */
export function networkTable(network: Network): NetworkTable {
  const sized = inferVolumes(network)
  const { layers, ...rest } = cost(network)
  return {
    ...rest,
    layers: layers.map((row, index) => ({
      ...row,
      activations: sized[index]?.layer.countsVolume === false ? 0 : volumeSize(row.output),
    })),
  }
}

export interface TextColumn {
  readonly title: string
  readonly align: 'left' | 'right'
  /** Where there is no room: columns with 1 are left out first, then 2, …; a column without this stays. */
  readonly drop?: number
}

export interface TextTable {
  readonly columns: readonly TextColumn[]
  readonly rows: readonly (readonly string[])[]
  /** Closes the table. */
  readonly totals?: readonly string[]
}

/** Bytes of float32 values. */
const floats = (count: number) => bytesOf({ shape: [count], dtype: 'f32' })

const column = (align: 'left' | 'right') => (title: string, drop?: number) => ({ title, align, ...(drop && { drop }) })
const left = column('left')
const right = column('right')

/** A row a layer: what it is, its volume, and what it costs for one picture. Nothing is printed as –. */
export function costTable({ layers, totals }: NetworkTable): TextTable {
  const orNothing = (value: number, text: string) => (value === 0 ? '–' : text)
  return {
    columns: [
      left('layer'),
      left('what', 3),
      right('output'),
      right('parameters'),
      right('MACs', 4),
      right('sees', 1),
      right('memory', 2),
    ],
    rows: layers.map(({ name, description, output, parameters, macs, receptiveField, activations, trainingOnly }) => [
      name,
      [description, ...(trainingOnly ? ['(training only)'] : [])].filter(Boolean).join(' '),
      printVolume(output),
      orNothing(parameters, printCount(parameters)),
      orNothing(macs, printCount(macs)),
      receptiveField.size.join('×'),
      orNothing(activations, printBytes(floats(activations))),
    ]),
    totals: [
      'total',
      '',
      '',
      printCount(totals.parameters),
      printCount(totals.macs),
      '',
      printBytes(floats(totals.activations)),
    ],
  }
}

/** What each part of the memory is, in words. */
const memoryParts = [
  ['parameters', 'parameters'],
  ['optimizer', 'optimizer state'],
  ['tracked', 'running statistics'],
  ['data', 'images and labels'],
  ['activations', 'activations'],
  ['gradients', 'gradients'],
  ['workspace', 'workspaces'],
  ['padding', 'alignment, rounding'],
] as const satisfies readonly (readonly [keyof PlanMemory, string])[]

/** The bytes of one plan or several, a column each; parts that none of them has are left out. */
export function memoryTable(memories: readonly (readonly [title: string, memory: PlanMemory])[]): TextTable {
  const cells = (part: keyof PlanMemory) =>
    memories.flatMap(([, memory]) => [memory[part] === 0 ? '–' : printBytes(memory[part]), printCount(memory[part])])
  return {
    columns: [left('memory'), ...memories.flatMap(([title]) => [right(title), right('bytes', 1)])],
    rows: memoryParts
      .filter(([part]) => memories.some(([, memory]) => memory[part] > 0))
      .map(([part, words]) => [words, ...cells(part)]),
    totals: ['total (arena)', ...cells('arenaBytes')],
  }
}
