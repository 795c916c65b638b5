/**
 * The same plan with a place of its own for every buffer: nothing is shared in time, nothing is done in place. What it
 * gives must have the bits of the plan itself; where it has not, a lifetime or a pair for in-place work is wrong.
 */

import { PAGE_BYTES } from '../../src/ops/wasm/target.ts'
import type { Plan } from '../../src/plan/types.ts'

const lines = (bytes: number) => Math.ceil(bytes / 64) * 64

export function spread(plan: Plan): Plan {
  let end = lines(plan.head)
  const offsets = plan.buffers.map(({ bytes, viewOf }) => {
    if (viewOf !== undefined) return -1
    const offset = end
    end += lines(bytes)
    return offset
  })
  const buffers = plan.buffers.map((buffer) => ({ ...buffer, offset: offsets[buffer.viewOf ?? buffer.id] as number }))
  const scratch = { ...plan.scratch, offset: end }
  const bytes = end + plan.target.threads * scratch.bytesPerThread
  return { ...plan, buffers, scratch, arenaBytes: Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES }
}
