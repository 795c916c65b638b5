/** What backends ask of a plan's step: the arrays of its buffers, as ops see them. */

import type { StepSpec } from '../ops/types.ts'
import type { Plan, PlanBuffer, PlanStep } from './types.ts'

export function bufferOf(plan: Plan, id: number): PlanBuffer {
  return plan.buffers[id] as PlanBuffer
}

export function stepSpec(plan: Plan, step: PlanStep): StepSpec<object> {
  const arrays = (ids: readonly number[]) => ids.map((id) => bufferOf(plan, id))
  const { attributes, inputs, outputs, updates } = step
  return { attributes, inputs: arrays(inputs), outputs: arrays(outputs), updates: arrays(updates) }
}
