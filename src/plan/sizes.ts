/**
 * Runs of fewer pictures than a plan's batch. At inference a plan can be run whole, or for the first half, quarter, … of
 * its batch: the same steps on the same buffers with the same prepared filters, and as much less to do. So a model that
 * was made for many pictures costs what it should for one.
 */

import { inferVolumes, type SizedNode } from '../network/volumes.ts'
import { seedSpec } from '../ops/scalars.ts'
import { Draft, type DraftStep } from './draft.ts'
import { fuse } from './fuse.ts'
import { bytesOf } from './lifetimes.ts'
import { lower } from './lower.ts'
import type { Plan, PlanBuffer } from './types.ts'

/** Numbers of pictures that a plan can be run for, largest first. In training a batch is a batch. */
export function sizesOf(batch: number, mode: Plan['mode']): readonly number[] {
  const sizes = [batch]
  if (mode === 'inference') for (let size = batch; size > 1; sizes.push(size)) size = Math.ceil(size / 2)
  return sizes
}

/**
 * Sizes of the runs that `count` pictures take, in their order: whole batches, then what is left in sizes of which no more
 * than a quarter goes to waste.
 */
export function runsOf(count: number, sizes: readonly number[]): readonly number[] {
  const runs: number[] = []
  for (let left = count; left > 0; ) {
    const enough = sizes.findLast((size) => size >= left && size * 3 <= left * 4)
    const run = enough ?? (sizes.find((size) => size <= left) as number)
    runs.push(run)
    left -= run
  }
  return runs
}

/** The steps of an inference plan of `largestBatch` pictures as they are for `batch` of them: as many, in the same order. */
export function stepsOfSize(
  nodes: readonly SizedNode[],
  batch: number,
  { largestBatch, exact }: { readonly largestBatch: number; readonly exact: boolean },
): readonly DraftStep[] {
  const draft = new Draft()
  const seed = draft.value('seed', 'scalars', seedSpec)
  const lowered = lower(draft, nodes, { mode: 'inference', batch, largestBatch, exact, seed })
  return fuse(draft.steps, [lowered.output])
}

/** The plan as it is for one of its sizes: buffers stay where they are, and only their first pictures are used. */
export function planOfSize(plan: Plan, size: number): Plan {
  if (size === plan.batch) return plan
  const drafted = stepsOfSize(inferVolumes(plan.network), size, { largestBatch: plan.batch, exact: plan.exact })
  const buffers: PlanBuffer[] = [...plan.buffers]
  const steps = plan.steps.map((step, index) => {
    const { attributes, inputs, outputs, updates } = drafted[index] as DraftStep
    const values = [...inputs, ...outputs, ...updates]
    for (const [operand, id] of [...step.inputs, ...step.outputs, ...step.updates].entries()) {
      const value = values[operand] as (typeof values)[number]
      buffers[id] = { ...(buffers[id] as PlanBuffer), shape: value.shape, bytes: bytesOf(value) }
    }
    return { ...step, attributes }
  })
  return { ...plan, batch: size, steps, buffers }
}
