/**
 * Fusion: a step takes the one after it into its own store where its op says it can (`absorb`), and no other step reads
 * what lies between. It runs on the forward steps, before the gradients are derived, so backward follows by itself.
 */

import type { Value } from '../ops/types.ts'
import type { Draft, DraftStep } from './draft.ts'

export interface Keeping {
  /** Values that must exist by themselves: what the host reads, what a gradient is taken to. By the id of their memory. */
  readonly held: ReadonlySet<number>
  /** Parameters whose gradient is needed: the op that absorbs them would have no rule for it. */
  readonly learned: ReadonlySet<number>
}

export function fuse(draft: Draft, steps: readonly DraftStep[], { held, learned }: Keeping): DraftStep[] {
  const readers = new Map<number, DraftStep[]>()
  const made = new Set<number>()
  for (const step of steps) {
    for (const output of step.outputs) made.add(output.id)
    for (const input of step.inputs) {
      const root = draft.rootId(input)
      const known = readers.get(root)
      if (known === undefined) readers.set(root, [step])
      else known.push(step)
    }
  }

  /** The only step that reads this step's first output, if all else that it reads are parameters that stay as they are. */
  const absorbable = ({ outputs: [output] }: DraftStep): DraftStep | undefined => {
    if (output === undefined || held.has(output.id)) return undefined
    const [next, ...others] = readers.get(output.id) ?? []
    if (next === undefined || others.length > 0 || next.outputs.length !== 1 || next.updates.length > 0)
      return undefined
    const [first, ...more] = next.inputs
    const stays = ({ id }: Value) => !made.has(id) && !learned.has(id)
    return first?.id === output.id && more.every(stays) ? next : undefined
  }

  const gone = new Set<DraftStep>()
  const fused: DraftStep[] = []
  for (const first of steps) {
    if (gone.has(first)) continue
    let step = first
    for (;;) {
      const next = absorbable(step)
      const attributes = next && step.op.absorb?.(step.attributes, { kind: next.op.kind, attributes: next.attributes })
      if (next === undefined || attributes === undefined) break
      gone.add(next)
      const inputs = [...step.inputs, ...next.inputs.slice(1)]
      step = { ...step, attributes, inputs, outputs: [...next.outputs, ...step.outputs.slice(1)] }
    }
    fused.push(step)
  }
  return fused
}
