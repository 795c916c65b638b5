/**
 * What recomputation has to know of each forward step: the bytes that the backward pass keeps of it, until where the forward
 * pass reads them, and what it costs to compute them again. Numbers in arrays by the step's index.
 */

import { bytesOf } from '../../ops/arrays.ts'
import type { Value } from '../../ops/types.ts'
import type { Composition, DraftSection } from '../composition.ts'
import { type Draft, type DraftStep, specAt } from '../draft.ts'
import type { Plan } from '../types.ts'
import { rerunOf } from './rerun.ts'

export interface Facts {
  readonly steps: readonly DraftStep[]
  /** Bytes of what can be computed again and the backward pass reads. */
  readonly kept: Float64Array
  /** Bytes of what can be computed again and only the forward pass reads. */
  readonly passing: Float64Array
  /** The last forward step that reads what can be computed again; `steps.length` where the loss or the host does. */
  readonly lastRead: Int32Array
  /** MACs to compute it again; infinite where that is impossible. Includes the steps before it whose results are not kept. */
  readonly cost: Float64Array
  /** The forward steps whose results are read to compute it again. */
  readonly sources: readonly (readonly number[])[]
  /** Bytes in use beside activations during the backward pass of each step: gradients and workspaces. */
  readonly beside: Float64Array
}

/** Multiply–accumulates of a step with a number of images. */
export function macsOf(draft: Draft, { op, attributes, inputs, outputs, updates }: DraftStep, batch: number): number {
  if (op.macs === undefined) return 0
  const arrays = (values: readonly Value[]) => values.map((value) => specAt(draft.named(value), batch))
  return op.macs({ attributes, inputs: arrays(inputs), outputs: arrays(outputs), updates: arrays(updates) })
}

/** `plain`: the plan without recomputation. */
export function factsOf(composition: Composition, batch: number, plain: Plan): Facts {
  const { draft, backwardFrom } = composition
  const [{ to: end, reads }] = composition.sections as readonly [DraftSection]
  const steps = draft.steps.slice(0, backwardFrom).filter(({ phase }) => phase === 'forward')
  const count = steps.length
  const reruns = steps.map(rerunOf)
  const maker = new Map<number, number>()
  for (const [index, rerun] of reruns.entries()) for (const { id } of rerun?.makes ?? []) maker.set(id, index)
  const makerOf = (value: Value) => maker.get(draft.rootId(value))

  const lastRead = Int32Array.from({ length: count }, (_, index) => index)
  const isKept = new Uint8Array(draft.values.length)
  for (let index = 0; index < end; index++) {
    for (const value of (draft.steps[index] as DraftStep).inputs) {
      const made = makerOf(value)
      if (made === undefined) continue
      if (index < backwardFrom) lastRead[made] = Math.max(lastRead[made] as number, Math.min(index, count))
      else isKept[draft.rootId(value)] = 1
    }
  }
  for (const value of reads) {
    const made = makerOf(value)
    if (made !== undefined) lastRead[made] = count
  }

  const kept = new Float64Array(count)
  const passing = new Float64Array(count)
  const cost = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  const sources: number[][] = []
  for (const [index, rerun] of reruns.entries()) {
    const read = [...new Set((rerun?.inputs ?? []).flatMap((value) => makerOf(value) ?? []))]
    sources.push(read)
    for (const value of rerun?.makes ?? []) {
      const bytes = bytesOf(specAt(draft.named(value), batch))
      const sums = isKept[value.id] ? kept : passing
      sums[index] = (sums[index] as number) + bytes
    }
    if (rerun === undefined) continue
    const own = macsOf(draft, { ...(steps[index] as DraftStep), ...rerun }, batch)
    const before = read.filter((source) => (kept[source] as number) === 0)
    cost[index] = before.reduce((sum, source) => sum + (cost[source] as number), own)
  }
  const beside = besideOf(composition, plain, makerOf, count)
  return { steps, kept, passing, lastRead, cost, sources, beside }
}

/** Each backward step belongs to the last forward step whose result it reads, or to the one that the step before it does. */
function besideOf(
  { draft, backwardFrom, sections: [main] }: Composition,
  plain: Plan,
  makerOf: (value: Value) => number | undefined,
  count: number,
): Float64Array {
  const end = main?.to ?? 0
  const growth = new Float64Array(end + 1)
  for (const { role, viewOf, from, to, bytes } of plain.buffers) {
    if (viewOf !== undefined || from >= end || (role !== 'gradient' && role !== 'workspace')) continue
    growth[from] = (growth[from] as number) + bytes
    if (to + 1 < end) growth[to + 1] = (growth[to + 1] as number) - bytes
  }
  const beside = new Float64Array(count)
  let live = 0
  let owner = count - 1
  for (let index = 0; index < end; index++) {
    live += growth[index] as number
    if (index < backwardFrom) continue
    const read = (draft.steps[index] as DraftStep).inputs.flatMap((value) => makerOf(value) ?? [])
    if (read.length > 0) owner = Math.min(owner, Math.max(...read))
    if (owner >= 0) beside[owner] = Math.max(beside[owner] as number, live)
  }
  return beside
}
