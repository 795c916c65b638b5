/**
 * Roughly how long one thread takes for a step, from what its op says of itself and from the sizes of its arrays. Good for
 * one question only: whether sharing the work is worth its cost. Measured on one Zen 4 core: LeNet-5, cifar-small,
 * ResNet-20, MobileNet v2 and ResNet-18 on one picture, and small training steps of the first three, are estimated at
 * 0.7–1.6 times what the wide kernels take and at 0.6–1.0 times what the relaxed kernels take. Single steps are up to five
 * times off (`tanh` is underestimated, an addition of what lies in the cache overestimated).
 */

import { ops } from '../../ops/ops.ts'
import { stepSpec } from '../../plan/step.ts'
import type { PlanBuffer, PlanStep } from '../../plan/types.ts'

const macsPerNanosecond = 80
const bytesPerNanosecond = 20
const nanosecondsPerStep = 500

export interface StepEstimate {
  /** Of filling the prepared workspace. */
  readonly prepare: number
  readonly run: number
}

/** In nanoseconds. `buffers`: the plan's, or those of a smaller run. */
export function estimateStep(buffers: readonly PlanBuffer[], step: PlanStep): StepEstimate {
  const bytesOf = (id: number) => (buffers[id] as PlanBuffer).bytes
  let bytes = 0
  for (const ids of [step.inputs, step.outputs, step.updates]) for (const id of ids) bytes += bytesOf(id)
  const macs = ops[step.kind].macs?.(stepSpec(buffers, step)) ?? 0
  const prepared = step.prepared === undefined ? 0 : bytesOf(step.prepared)
  return {
    prepare: prepared / bytesPerNanosecond,
    run: nanosecondsPerStep + macs / macsPerNanosecond + bytes / bytesPerNanosecond,
  }
}
