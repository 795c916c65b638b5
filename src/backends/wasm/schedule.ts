/**
 * A plan's steps as one flat list of kernel calls. An order to the workers is a range of it. At inference the filters
 * are prepared once, so their calls stand by themselves before all others; when parameters change from run to run, each
 * step prepares its own just before it uses them.
 */

import { ops, type WasmCall } from '../../ops/index.ts'
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
  /** Calls of the steps [from, to). */
  range(from: number, to: number): CallRange
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
  const bound = plan.steps.map((step) => callsOf(plan, step))
  if (preparedOnce) bound.forEach(({ prepare }, step) => void append(step, prepare))
  const prepare = { from: 0, to: calls.length }
  const starts = bound.map(({ prepare, run }, step) => {
    const start = calls.length
    if (!preparedOnce) append(step, prepare)
    append(step, run)
    return start
  })
  const startOf = (step: number) => starts[step] ?? calls.length
  return {
    calls,
    prepare,
    stepOf: (call) => owners[call] ?? 0,
    range: (from, to) => ({ from: startOf(from), to: startOf(to) }),
  }
}

function callsOf(plan: Plan, step: PlanStep) {
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
