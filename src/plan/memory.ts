/** Memory by use, at the step with the most live bytes. The figures add up to the arena exactly. */

import type { Block } from './lifetimes.ts'
import type { BufferRole, PlanMemory } from './types.ts'

const column: Readonly<Record<BufferRole, keyof PlanMemory>> = {
  data: 'data',
  scalars: 'data',
  parameter: 'parameters',
  tracked: 'tracked',
  optimizer: 'optimizer',
  activation: 'activations',
  gradient: 'gradients',
  workspace: 'workspace',
}

export function accountFor(
  blocks: readonly Block[],
  steps: number,
  scratchBytes: number,
  arenaBytes: number,
): PlanMemory {
  const growth = new Float64Array(steps + 1)
  for (const { from, to, bytes } of blocks) {
    growth[from] = (growth[from] as number) + bytes
    growth[to + 1] = (growth[to + 1] as number) - bytes
  }
  let live = 0
  let most = -1
  let fullest = 0
  for (const [step, change] of growth.entries()) {
    live += change
    if (step < steps && live > most) {
      most = live
      fullest = step
    }
  }
  const bytes = {
    parameters: 0,
    tracked: 0,
    optimizer: 0,
    data: 0,
    activations: 0,
    gradients: 0,
    workspace: scratchBytes,
    padding: 0,
    arenaBytes,
  }
  for (const block of blocks) {
    if (block.from > fullest || block.to < fullest) continue
    const role = block.values[0]?.role
    if (role !== undefined) bytes[column[role]] += block.bytes
  }
  const { parameters, tracked, optimizer, data, activations, gradients, workspace } = bytes
  bytes.padding = arenaBytes - (parameters + tracked + optimizer + data + activations + gradients + workspace)
  return bytes
}
