/**
 * A plan's steps as one flat list of kernel calls. An order to the workers is a range of it. At inference the filters
 * are prepared once, so their calls stand by themselves before all others, and then come those of the whole batch, of its
 * half, and so on; when parameters change from run to run, each step prepares its own just before it uses them.
 */

import { ops, type WasmCall } from '../../ops/index.ts'
import { planOfSize } from '../../plan/sizes.ts'
import { bufferOf, stepSpec } from '../../plan/step.ts'
import type { Plan, PlanStep } from '../../plan/types.ts'
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
  /** Calls that fill the prepared workspaces: run before all others, and again whenever parameters were written. */
  readonly prepare: CallRange
  /** Step that a call belongs to. */
  stepOf(call: number): number
  /** Calls of the steps [from, to), for one of the plan's sizes. */
  range(from: number, to: number, pictures: number): CallRange
}

export function scheduleOf(plan: Plan): Schedule {
  const preparedOnce = plan.mode === 'inference'
  const calls: ScheduledCall[] = []
  const owners: number[] = []
  const append = (step: number, more: readonly ScheduledCall[]) => {
    for (const call of more) {
      calls.push(call)
      owners.push(step)
    }
  }
  const whole = plan.steps.map((step) => callsOf(plan, step))
  if (preparedOnce) whole.forEach(({ prepare }, step) => void append(step, prepare))
  const prepare = { from: 0, to: calls.length }
  const starts = new Map<number, readonly number[]>()
  for (const size of plan.sizes) {
    const of = planOfSize(plan, size)
    const first = of.steps.map((step, index) => {
      const start = calls.length
      const bound = of === plan ? (whole[index] as BoundStep) : callsOf(of, step)
      if (!preparedOnce) append(index, bound.prepare)
      append(index, bound.run)
      return start
    })
    starts.set(size, [...first, calls.length])
  }
  return {
    calls,
    prepare,
    stepOf: (call) => owners[call] ?? 0,
    range(from, to, pictures) {
      const of = starts.get(pictures) ?? []
      return { from: of[from] ?? 0, to: of[to] ?? 0 }
    },
  }
}

interface BoundStep {
  readonly prepare: readonly ScheduledCall[]
  readonly run: readonly ScheduledCall[]
}

function callsOf(plan: Plan, step: PlanStep): BoundStep {
  const address = (id: number | undefined) => (id === undefined ? 0 : bufferOf(plan, id).offset)
  const { prepare = [], run } = ops[step.kind].wasm.calls(stepSpec(plan, step), {
    inputs: step.inputs.map(address),
    outputs: step.outputs.map(address),
    updates: step.updates.map(address),
    prepared: address(step.prepared),
    shared: address(step.shared),
  })
  const estimate = estimateStep(plan, step)
  return { prepare: inEqualParts(prepare, estimate.prepare), run: inEqualParts(run, estimate.run) }
}

function inEqualParts(calls: readonly WasmCall[], nanoseconds: number): ScheduledCall[] {
  return calls.map((call) => ({ ...call, nanoseconds: nanoseconds / calls.length }))
}
