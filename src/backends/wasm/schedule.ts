/**
 * A plan's steps as one flat list of kernel calls. An order to the workers is a range of it. Section after section: where
 * filters are prepared at a section's start, their calls stand in front of it, and then come those of the whole batch, of
 * its half, and so on; elsewhere each step prepares its own just before it uses them.
 */

import { wasmKernels } from '../../ops/wasm/kernels.ts'
import type { WasmCall } from '../../ops/wasm/types.ts'
import { buffersOfSize } from '../../plan/sizes.ts'
import { sectionsOf, stepSpec } from '../../plan/step.ts'
import type { Plan, PlanBuffer, PlanStep, SectionName } from '../../plan/types.ts'
import { estimateStep } from './estimate.ts'

export interface CallRange {
  readonly from: number
  readonly to: number
}

export interface ScheduledCall extends WasmCall {
  /** Roughly what one thread takes for it. */
  readonly nanoseconds: number
}

export interface Schedule {
  readonly calls: readonly ScheduledCall[]
  /** Calls that fill a section's prepared workspaces at its start; none where each step does so itself. */
  prepare(section: SectionName): CallRange
  /** Step that a call belongs to. */
  stepOf(call: number): number
  /** Calls of the section's steps [from, to), for one of its sizes. */
  range(section: SectionName, from: number, to: number, pictures: number): CallRange
}

/** A section's calls. */
interface Part {
  readonly firstStep: number
  readonly prepare: CallRange
  /** By number of pictures: the first call of each of its steps, and the end. */
  readonly starts: ReadonlyMap<number, readonly number[]>
}

export function scheduleOf(plan: Plan): Schedule {
  const calls: ScheduledCall[] = []
  const owners: number[] = []
  const append = (step: number, more: readonly ScheduledCall[]) => {
    for (const call of more) {
      calls.push(call)
      owners.push(step)
    }
  }
  const parts = new Map<SectionName, Part>()
  for (const [name, { from, to, sizes, prepares }] of sectionsOf(plan)) {
    const steps = plan.steps.slice(from, to)
    const whole = steps.map((step) => callsOf(plan, plan.buffers, step, plan.batch))
    const atStart = prepares === 'at start'
    const start = calls.length
    if (atStart) whole.forEach(({ prepare }, index) => void append(from + index, prepare))
    const prepare = { from: start, to: calls.length }
    const starts = new Map<number, readonly number[]>()
    for (const size of sizes) {
      const buffers = buffersOfSize(plan, size)
      const first = steps.map((step, index) => {
        const at = calls.length
        const bound = size === plan.batch ? (whole[index] as BoundStep) : callsOf(plan, buffers, step, plan.batch)
        if (!atStart) append(from + index, bound.prepare)
        append(from + index, bound.run)
        return at
      })
      starts.set(size, [...first, calls.length])
    }
    parts.set(name, { firstStep: from, prepare, starts })
  }
  const partOf = (section: SectionName) => parts.get(section) as Part
  return {
    calls,
    prepare: (section) => partOf(section).prepare,
    stepOf: (call) => owners[call] ?? 0,
    range(section, from, to, pictures) {
      const { firstStep, starts } = partOf(section)
      const of = starts.get(pictures) ?? []
      return { from: of[from - firstStep] ?? 0, to: of[to - firstStep] ?? 0 }
    },
  }
}

interface BoundStep {
  readonly prepare: readonly ScheduledCall[]
  readonly run: readonly ScheduledCall[]
}

/** `buffers`: the plan's, or those of a smaller run; `largest`: pictures of the largest run. */
function callsOf({ target }: Plan, buffers: readonly PlanBuffer[], step: PlanStep, largest: number): BoundStep {
  const address = (id: number | undefined) => (id === undefined ? 0 : (buffers[id] as PlanBuffer).offset)
  const at = {
    inputs: step.inputs.map(address),
    outputs: step.outputs.map(address),
    updates: step.updates.map(address),
    prepared: address(step.prepared),
    shared: address(step.shared),
  }
  const { exact, threads } = target
  const { prepare = [], run } = wasmKernels[step.kind].calls(stepSpec(buffers, step), at, { exact, largest, threads })
  const estimate = estimateStep(buffers, step)
  return { prepare: inEqualParts(prepare, estimate.prepare), run: inEqualParts(run, estimate.run) }
}

function inEqualParts(calls: readonly WasmCall[], nanoseconds: number): ScheduledCall[] {
  return calls.map((call) => ({ ...call, nanoseconds: nanoseconds / calls.length }))
}
