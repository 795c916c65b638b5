/**
 * WebAssembly against the reference, step by step: the reference gets the very values that the kernel gets, so neither
 * depth nor kinks matter, and each array's tolerance is that of one op. The whole run's bits are compared elsewhere.
 */

import type { Program } from '../../src/backends/types.ts'
import { ops } from '../../src/ops/ops.ts'
import { wasmKernels } from '../../src/ops/wasm/kernels.ts'
import { buffersOfSize } from '../../src/plan/sizes.ts'
import { stepSpec } from '../../src/plan/step.ts'
import type { Plan, PlanStep, SectionName } from '../../src/plan/types.ts'
import { boundsOf } from './bounds.ts'
import { Disagreement, expectClose, largest } from './fault.ts'
import type { Computed } from './rounding.ts'

/** `program`: of a plan whose buffers are apart, filled. Returns how many steps could not be compared. */
export async function checkSteps(
  program: Program,
  section: SectionName,
  pictures = program.plan.batch,
): Promise<number> {
  const { plan } = program
  const { from, to } = plan.sections[section] ?? { from: 0, to: 0 }
  const buffers = buffersOfSize(plan, pictures)
  let unclear = 0
  for (let index = from; index < to; index++) {
    const step = plan.steps[index] as PlanStep
    const spec = stepSpec(buffers, step)
    const lengths = (ids: readonly number[]) => ids.map((id) => (buffers[id]?.bytes ?? 0) / 4)
    const read = (ids: readonly number[]) =>
      ids.map((id, i) => Float64Array.from(program.view?.(id).subarray(0, lengths(ids)[i]) ?? []))
    const data = {
      inputs: read(step.inputs),
      outputs: lengths(step.outputs).map((length) => new Float64Array(length).fill(Number.NaN)),
      updates: read(step.updates),
    }
    const before = data.updates.map((values) => values.slice())
    await program.run({ section, from: index, to: index + 1, pictures })
    ops[step.kind].reference(spec, data)
    const got = [...read(step.outputs), ...read(step.updates)]
    if (!compare(plan, step.node, { kind: step.kind, step: spec, data, before }, got)) unclear++
  }
  return unclear
}

function compare({ target, batch }: Plan, node: string, computed: Computed, got: readonly Float64Array[]): boolean {
  const { kind, step, data } = computed
  const context = { exact: target.exact, largest: batch }
  const amplification = wasmKernels[kind].amplification?.(step, context) ?? 1
  const want = [...data.outputs, ...data.updates]
  const bounds = boundsOf(computed)
  if (bounds === undefined) return false
  want.forEach((values, i) => {
    const what = `${node}, ${kind}, array ${i}, on wasm`
    if (!values.every(Number.isFinite)) throw new Disagreement(`${what}: the reference has values that are not finite`)
    const bound = bounds[i]
    const least = 2 ** -120 * (1 + largest(values))
    expectClose(
      what,
      got[i] ?? [],
      values,
      (k) => amplification * (typeof bound === 'number' ? bound : (bound?.[k] ?? 0)) + least,
    )
  })
  return true
}
