/**
 * The reference backend: float64 and plain loops, one number for each four bytes of the plan's arena. It defines what a
 * plan means, and because it uses the plan's own offsets, a wrong lifetime shows as a wrong number.
 */

import { ops } from '../../ops/index.ts'
import { planOfSize } from '../../plan/sizes.ts'
import { bufferOf, stepSpec } from '../../plan/step.ts'
import type { Plan, PlanBuffer } from '../../plan/types.ts'
import { checkLength, checkRun } from '../check.ts'
import type { Backend, Program } from '../types.ts'

export const referenceBackend: Backend = {
  name: 'reference',
  async bind(plan) {
    return bindReference(plan)
  },
}

function bindReference(plan: Plan): Program {
  let arena = new Float64Array(plan.arenaBytes / 4)
  const view = ({ offset, bytes }: PlanBuffer) => arena.subarray(offset / 4, (offset + bytes) / 4)
  const views = (of: Plan, ids: readonly number[]) => ids.map((id) => view(bufferOf(of, id)))
  return {
    plan,
    backend: 'reference',
    threads: 1,
    description: 'reference: float64, plain loops, one thread',
    // Half of it stands for each four bytes of a float32 backend.
    get allocatedBytes() {
      return arena.byteLength / 2
    },
    read(id) {
      const buffer = bufferOf(plan, id)
      return buffer.dtype === 'i32' ? Int32Array.from(view(buffer)) : Float32Array.from(view(buffer))
    },
    write(id, values) {
      checkLength(plan, bufferOf(plan, id), values.length)
      view(bufferOf(plan, id)).set(values)
    },
    async run(options = {}) {
      const { from, to, pictures } = checkRun(plan, options)
      const of = planOfSize(plan, pictures)
      for (const step of of.steps.slice(from, to)) {
        const { inputs, outputs, updates } = step
        const data = { inputs: views(of, inputs), outputs: views(of, outputs), updates: views(of, updates) }
        ops[step.kind].reference(stepSpec(of, step), data)
      }
    },
    async dispose() {
      arena = new Float64Array(0)
    },
  }
}
