/** The arrays of a plan's step, as ops see them; used by backends. */

import type { StepSpec } from '../ops/types.ts'
import type { Plan, PlanBuffer, PlanSection, PlanStep, SectionName } from './types.ts'

export function bufferOf({ buffers }: Pick<Plan, 'buffers'>, id: number): PlanBuffer {
  return buffers[id] as PlanBuffer
}

/** `buffers`: the plan's, or those of a smaller run. */
export function stepSpec(buffers: readonly PlanBuffer[], step: PlanStep): StepSpec<object> {
  const arrays = (ids: readonly number[]) => ids.map((id) => buffers[id] as PlanBuffer)
  const { attributes, inputs, outputs, updates } = step
  return { attributes, inputs: arrays(inputs), outputs: arrays(outputs), updates: arrays(updates) }
}

/** The sections of a plan in the order of their steps. The first is what `run` runs unless it is told otherwise. */
export function sectionsOf({ sections }: Plan): readonly (readonly [SectionName, PlanSection])[] {
  return (['main', 'scores'] as const).flatMap((name) => {
    const section = sections[name]
    return section === undefined ? [] : [[name, section] as const]
  })
}
