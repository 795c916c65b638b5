/** Asks every step's op which bytes its kernel needs besides its arrays, and gives them a place in the draft. */

import type { Draft, DraftValue } from './draft.ts'

export interface Workspaces {
  /** By step index. */
  readonly prepared: ReadonlyMap<number, DraftValue>
  readonly shared: ReadonlyMap<number, DraftValue>
  /** Bytes for each worker: enough for the greediest step. */
  readonly perThread: number
}

export function addWorkspaces(draft: Draft): Workspaces {
  const prepared = new Map<number, DraftValue>()
  const shared = new Map<number, DraftValue>()
  let perThread = 0
  for (const [index, step] of draft.steps.entries()) {
    const needs = step.op.wasm.workspace?.(step) ?? {}
    const value = (name: string, bytes: number) =>
      draft.value(`${step.node}.${name}`, 'workspace', { shape: [Math.ceil(bytes / 4)], dtype: 'f32' })
    if (needs.prepared) prepared.set(index, value('prepared', needs.prepared))
    if (needs.shared) shared.set(index, value('workspace', needs.shared))
    perThread = Math.max(perThread, needs.perThread ?? 0)
  }
  return { prepared, shared, perThread }
}
