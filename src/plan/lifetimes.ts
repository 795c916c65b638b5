/**
 * From which step to which each value must exist, and which values share memory because a step may work in place. The
 * result is a list of blocks, each with a size and a lifetime, ready for the arena.
 */

import { sizeOf } from '../core/index.ts'
import type { ArraySpec } from '../ops/types.ts'
import type { DraftStep, DraftValue } from './draft.ts'
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
  readonly values: readonly DraftValue[]
}

/** Every array takes four bytes an element; blocks start at cache lines. */
export function bytesOf(value: ArraySpec): number {
  return sizeOf(value.shape) * 4
}

/** Lifetime of each value by id. `kept` are read by the host after the last step. Unused values are absent. */
export function lifetimes(
  steps: readonly DraftStep[],
  values: readonly DraftValue[],
  kept: ReadonlySet<number>,
): ReadonlyMap<number, Lifetime> {
  const end = Math.max(steps.length - 1, 0)
  const found = new Map<number, Lifetime>()
  for (const [index, step] of steps.entries()) {
    for (const { id } of [...step.inputs, ...step.outputs, ...step.updates]) {
      found.set(id, { from: found.get(id)?.from ?? index, to: index })
    }
  }
  for (const { id, role } of values) {
    const life = found.get(id)
    if (persistent.has(role)) found.set(id, { from: 0, to: end })
    else if (life !== undefined && kept.has(id)) found.set(id, { from: life.from, to: end })
  }
  return found
}

/** Values grouped by the memory they share. */
export function blocks(
  steps: readonly DraftStep[],
  values: readonly DraftValue[],
  lives: ReadonlyMap<number, Lifetime>,
): readonly Block[] {
  const blockOf = new Map<
    number,
    { values: DraftValue[]; from: number; to: number; bytes: number; persistent: boolean }
  >()
  for (const value of values) {
    const life = lives.get(value.id)
    if (life === undefined) continue
    blockOf.set(value.id, { values: [value], ...life, bytes: bytesOf(value), persistent: persistent.has(value.role) })
  }
  for (const [index, step] of steps.entries()) {
    for (const [input, output] of step.op.inPlace ?? []) {
      const source = blockOf.get(step.inputs[input]?.id ?? -1)
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
