/**
 * The reference backend: float64 and plain loops, one number for each four bytes of the plan's arena. It defines what a
 * plan means, and because it uses the plan's own offsets, a wrong lifetime shows as a wrong number. It runs plans that were
 * made for any target, and needs no workspace.
 */

import { emptyArray } from '../../ops/arrays.ts'
import type { Target } from '../../ops/target.ts'
import { buffersOfSize } from '../../plan/sizes.ts'
import { stepSpec } from '../../plan/step.ts'
import type { Plan, PlanBuffer } from '../../plan/types.ts'
import { checkLength, checkRun } from '../check.ts'
import { withConstants } from '../constants.ts'
import { loadPart } from '../parts.ts'
import type { Backend, Program } from '../types.ts'
import { DisposedError } from '../wasm/errors.ts'

const target: Target = {
  name: 'reference',
  alignment: 64,
  granule: 64,
  head: 0,
  threads: 1,
  exact: true,
  workspace: () => ({}),
}

const description = 'reference: float64, plain loops, one thread'

export const referenceBackend: Backend = {
  name: 'reference',
  target: () => target,
  describe: () => description,
  async bind(plan) {
    const { referenceOf } = await loadPart('lenslet.reference.js', () => import('./references.ts'))
    return withConstants(bindReference(plan, referenceOf))
  },
}

function bindReference(plan: Plan, referenceOf: typeof import('./references.ts').referenceOf): Program {
  let arena = new Float64Array(plan.arenaBytes / 4)
  let isDisposed = false
  const checkLive = () => {
    if (isDisposed)
      throw new DisposedError('this program was disposed of', { advice: 'bind the plan again, or dispose later' })
  }
  const part = ({ offset, bytes }: PlanBuffer) => arena.subarray(offset / 4, (offset + bytes) / 4)
  return {
    plan,
    backend: 'reference',
    threads: 1,
    description,
    // Half of it stands for each four bytes of a float32 backend.
    get allocatedBytes() {
      return arena.byteLength / 2
    },
    async read(id, into) {
      checkLive()
      const buffer = plan.buffers[id] as PlanBuffer
      const values = part(buffer)
      const result = into ?? emptyArray(buffer)
      result.set(values.subarray(0, result.length))
      return result
    },
    write(id, values) {
      checkLive()
      const buffer = plan.buffers[id] as PlanBuffer
      checkLength(buffer, values.length)
      part(buffer).set(values)
    },
    async run(options = {}) {
      checkLive()
      const { from, to, pictures } = checkRun(plan, options)
      const buffers = buffersOfSize(plan, pictures)
      const parts = (ids: readonly number[]) => ids.map((id) => part(buffers[id] as PlanBuffer))
      for (const step of plan.steps.slice(from, to)) {
        const { inputs, outputs, updates } = step
        const data = { inputs: parts(inputs), outputs: parts(outputs), updates: parts(updates) }
        referenceOf(step.kind)(stepSpec(buffers, step), data)
      }
    },
    async dispose() {
      isDisposed = true
      arena = new Float64Array(0)
    },
  }
}
