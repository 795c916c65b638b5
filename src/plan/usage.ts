/** How much of the arena is in use at each step, and the step where that is the most. */

import type { Plan, PlanBuffer, PlanStep } from './types.ts'

export interface ArenaUsage {
  /** Bytes in use by step: arrays and workspaces, with the device's head and the workers' own. */
  readonly bytes: Float64Array
  /** The step with the most bytes in use, of equal ones the first. */
  readonly fullest: { readonly index: number; readonly step: PlanStep | undefined; readonly bytes: number }
}

export function arenaUsage(plan: Plan): ArenaUsage {
  const { steps, head, scratch, target } = plan
  const count = Math.max(steps.length, 1)
  const growth = new Float64Array(count + 1)
  for (const { bytes, from, to } of boxesOf(plan)) {
    growth[from] = (growth[from] as number) + bytes
    growth[to + 1] = (growth[to + 1] as number) - bytes
  }
  const bytes = new Float64Array(count)
  let live = head + target.threads * scratch.bytesPerThread
  let index = 0
  for (let step = 0; step < count; step++) {
    live += growth[step] as number
    bytes[step] = live
    if (live > (bytes[index] as number)) index = step
  }
  return { bytes, fullest: { index, step: steps[index], bytes: bytes[index] as number } }
}

/**
 * The buffers with memory of their own, none over another: where a step works in place, its result begins at the next step.
 * By offset, then by time.
 */
export function boxesOf({ buffers }: Pick<Plan, 'buffers'>): readonly PlanBuffer[] {
  const own = buffers.filter(({ viewOf, bytes }) => viewOf === undefined && bytes > 0)
  own.sort((a, b) => a.offset - b.offset || a.from - b.from)
  const boxes: PlanBuffer[] = []
  for (const buffer of own) {
    const before = boxes.at(-1)
    const from = before?.offset === buffer.offset ? Math.max(buffer.from, before.to + 1) : buffer.from
    if (from <= buffer.to) boxes.push(from === buffer.from ? buffer : { ...buffer, from })
  }
  return boxes
}
