/**
 * From which step to which each value must exist, and which values share memory: views their base's, and results that of
 * an input where a step may work in place. The result is a list of blocks, each with a size and a lifetime, ready for the
 * arena.
 */

import { bytesOf } from '../ops/arrays.ts'
import { type Draft, type DraftValue, specAt } from './draft.ts'
import type { BufferRole } from './types.ts'

const persistent: ReadonlySet<BufferRole> = new Set(['data', 'scalars', 'parameter', 'tracked', 'optimizer'])

export interface Lifetime {
  readonly from: number
  readonly to: number
}

export interface Block extends Lifetime {
  readonly bytes: number
  /** Exists before and after the run. */
  readonly persistent: boolean
  /** Values with memory of their own; views are not among them. */
  readonly values: readonly DraftValue[]
}

/** Values that live longer than their steps, by the id of their memory. */
export type Kept = ReadonlyMap<number, Lifetime>

/** Lifetime of each memory by its id. Unused values are absent. */
export function lifetimes({ steps, values }: Draft, kept: Kept): ReadonlyMap<number, Lifetime> {
  const end = Math.max(steps.length - 1, 0)
  const found = new Map<number, { from: number; to: number }>()
  const extend = (id: number, from: number, to: number) => {
    const life = found.get(id)
    if (life === undefined) found.set(id, { from, to })
    else {
      life.from = Math.min(life.from, from)
      life.to = Math.max(life.to, to)
    }
  }
  for (const [index, { inputs, outputs, updates }] of steps.entries()) {
    for (const operands of [inputs, outputs, updates])
      for (const { id } of operands) extend((values[id] as DraftValue).root.id, index, index)
  }
  for (const { id, role } of values) if (persistent.has(role)) extend(id, 0, end)
  for (const [id, { from, to }] of kept) extend(id, from, to)
  return found
}

/** `values`, the draft's and workspaces, grouped by the memory they share, for a number of pictures. */
export function blocks(
  draft: Draft,
  values: readonly DraftValue[],
  lives: ReadonlyMap<number, Lifetime>,
  batch: number,
): readonly Block[] {
  const blockOf = new Map<
    number,
    { values: DraftValue[]; from: number; to: number; bytes: number; persistent: boolean }
  >()
  for (const value of values) {
    const life = lives.get(value.id)
    if (life === undefined || value.root !== value) continue
    blockOf.set(value.id, {
      values: [value],
      ...life,
      bytes: bytesOf(specAt(value, batch)),
      persistent: persistent.has(value.role),
    })
  }
  for (const [index, step] of draft.steps.entries()) {
    for (const [input, output] of step.op.inPlace ?? []) {
      const from = step.inputs[input]
      const source = from && blockOf.get(draft.rootId(from))
      const result = blockOf.get(step.outputs[output]?.id ?? -1)
      if (source === undefined || result === undefined || source === result) continue
      // The source must end here; a result that has already joined another input's block has other values in it.
      if (source.persistent || result.persistent || source.to !== index || result.from !== index) continue
      if (source.bytes !== result.bytes || result.values.length > 1) continue
      source.values.push(...result.values)
      source.to = result.to
      for (const { id } of result.values) blockOf.set(id, source)
    }
  }
  return [...new Set(blockOf.values())]
}
