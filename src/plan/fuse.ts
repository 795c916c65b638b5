/**
 * Fusion: a step takes the one after it into its own store where its op says it can (`absorb`), and nobody else reads
 * what lies between. It runs on the forward steps, before the gradients are derived, so backward follows by itself.
 */

import type { Value } from '../ops/types.ts'
import type { DraftStep } from './draft.ts'

/** `kept` are values that must exist by themselves: what the host reads. */
export function fuse(steps: readonly DraftStep[], kept: readonly Value[]): DraftStep[] {
  const readers = new Map<number, DraftStep[]>()
  for (const step of steps) for (const { id } of step.inputs) readers.set(id, [...(readers.get(id) ?? []), step])
  const held = new Set(kept.map(({ id }) => id))
  const made = new Set(steps.flatMap(({ outputs }) => outputs.map(({ id }) => id)))
  const gone = new Set<DraftStep>()
  const fused: DraftStep[] = []
  for (const first of steps) {
    if (gone.has(first)) continue
    let step = first
    for (;;) {
      const next = absorbable(step, readers, held, made)
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

/** The only step that reads this step's first output, if all else that it reads are parameters. */
function absorbable(
  step: DraftStep,
  readers: ReadonlyMap<number, readonly DraftStep[]>,
  held: ReadonlySet<number>,
  made: ReadonlySet<number>,
): DraftStep | undefined {
  const [output] = step.outputs
  if (output === undefined || held.has(output.id)) return undefined
  const [next, ...others] = readers.get(output.id) ?? []
  if (next === undefined || others.length > 0 || next.outputs.length !== 1 || next.updates.length > 0) return undefined
  const [first, ...parameters] = next.inputs
  return first?.id === output.id && parameters.every(({ id }) => !made.has(id)) ? next : undefined
}
