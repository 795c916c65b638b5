/** Asks the target which bytes every step needs in addition to its arrays, and gives them a place in the draft. */

import type { StepKind } from '../ops/ops.ts'
import type { Target, Workspace } from '../ops/target.ts'
import { type Draft, type DraftStep, type DraftValue, specAt } from './draft.ts'

export interface Workspaces {
  /** Values with ids behind the draft's own, which stays as it is. */
  readonly values: readonly DraftValue[]
  /** By step index. */
  readonly prepared: ReadonlyMap<number, DraftValue>
  readonly shared: ReadonlyMap<number, DraftValue>
  /** Bytes for each worker: enough for the greediest step. */
  readonly perThread: number
}

/** `sizesOf`: the numbers of pictures that a step is run for, the largest first; smaller runs must find room, too. */
export function addWorkspaces(draft: Draft, target: Target, sizesOf: (step: number) => readonly number[]): Workspaces {
  const prepared = new Map<number, DraftValue>()
  const shared = new Map<number, DraftValue>()
  const values: DraftValue[] = []
  let perThread = 0
  for (const [index, step] of draft.steps.entries()) {
    const value = (name: string, bytes: number) => {
      const made = workspaceValue(draft.values.length + values.length, `${step.node}.${step.op.kind}.${name}`, bytes)
      values.push(made)
      return made
    }
    const sizes = sizesOf(index)
    const needs = sizes.map((size) => workspaceOf(draft, step, target, size, sizes[0] as number))
    const most = (of: 'shared' | 'perThread') => needs.reduce((bytes, each) => Math.max(bytes, each[of] ?? 0), 0)
    const whole = needs[0]?.prepared ?? 0
    if (whole > 0) prepared.set(index, value('prepared', whole))
    if (most('shared') > 0) shared.set(index, value('workspace', most('shared')))
    perThread = Math.max(perThread, most('perThread'))
  }
  return { values, prepared, shared, perThread }
}

function workspaceValue(id: number, name: string, bytes: number): DraftValue {
  const value = { id, name, role: 'workspace', shape: [Math.ceil(bytes / 4)], dtype: 'f32', pictures: false } as const
  return Object.assign(value, { root: value as unknown as DraftValue })
}

function workspaceOf(draft: Draft, step: DraftStep, target: Target, size: number, largest: number): Workspace {
  const arrays = (values: DraftStep['inputs']) => values.map((value) => specAt(draft.named(value), size))
  const spec = {
    attributes: step.attributes,
    inputs: arrays(step.inputs),
    outputs: arrays(step.outputs),
    updates: arrays(step.updates),
  }
  return target.workspace(step.op.kind as StepKind, spec, largest)
}
