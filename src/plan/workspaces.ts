/** Asks every step's op which bytes its kernel needs besides its arrays, and gives them a place in the draft. */

import type { Draft, DraftStep, DraftValue } from './draft.ts'

export interface Workspaces {
  /** By step index. */
  readonly prepared: ReadonlyMap<number, DraftValue>
  readonly shared: ReadonlyMap<number, DraftValue>
  /** Bytes for each worker: enough for the greediest step. */
  readonly perThread: number
}

/** `smaller`: the same steps for fewer pictures, which must find room, too. What they have prepared is the draft's own. */
export function addWorkspaces(draft: Draft, smaller: readonly (readonly DraftStep[])[]): Workspaces {
  const prepared = new Map<number, DraftValue>()
  const shared = new Map<number, DraftValue>()
  let perThread = 0
  for (const [index, step] of draft.steps.entries()) {
    const needs = step.op.wasm.workspace?.(step) ?? {}
    const others = smaller.map((steps) => step.op.wasm.workspace?.(steps[index] as DraftStep) ?? {})
    const most = (of: 'shared' | 'perThread') => Math.max(...[needs, ...others].map((each) => each[of] ?? 0))
    const value = (name: string, bytes: number) =>
      draft.value(`${step.node}.${name}`, 'workspace', { shape: [Math.ceil(bytes / 4)], dtype: 'f32' })
    if (needs.prepared) prepared.set(index, value('prepared', needs.prepared))
    if (most('shared') > 0) shared.set(index, value('workspace', most('shared')))
    perThread = Math.max(perThread, most('perThread'))
  }
  return { prepared, shared, perThread }
}
