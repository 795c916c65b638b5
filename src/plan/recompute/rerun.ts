/**
 * The same training with some activations dropped after the forward pass and computed again in the backward pass, each at
 * most once, just before the first step that needs it (Chen et al., "Training Deep Nets with Sublinear Memory Cost",
 * 2016). A pass over the steps: no layer and no gradient rule knows of it.
 */

import type { Rerun, Value } from '../../ops/types.ts'
import type { Composition, DraftSection } from '../composition.ts'
import type { Draft, DraftStep, DraftValue } from '../draft.ts'
import { LoweringError } from '../errors.ts'

/** Marks the values that are computed again; no node has it in its name. */
const againSuffix = '@again'

/** How a forward step is run again, and which of its outputs that makes. Undefined where the op does not allow it. */
export function rerunOf(step: DraftStep): (Rerun & { readonly makes: readonly Value[] }) | undefined {
  const { op, attributes, inputs, outputs, updates, phase } = step
  if (phase !== 'forward' || outputs.length === 0) return undefined
  if (op.again !== undefined) return { ...op.again(step), makes: outputs.slice(0, 1) }
  return updates.length === 0 ? { op, attributes, inputs, makes: outputs } : undefined
}

/**
 * `dropped`: forward steps that can be run again. Their outputs are read in the forward pass only; the backward pass reads
 * what is computed again. The draft that was given is not changed.
 */
export function withRecomputation(composition: Composition, dropped: ReadonlySet<DraftStep>): Composition {
  const [main, scores] = composition.sections as readonly [DraftSection, DraftSection?]
  const { backwardFrom } = composition
  const draft = composition.draft.copy()
  const steps = draft.steps
  const forward = steps.slice(0, backwardFrom)
  const makers = makersOf(forward, dropped)
  const again = new Map<number, DraftValue>()
  const updated = new Set<number>()
  draft.steps = forward

  const current = (value: Value): Value => {
    const made = again.get(draft.rootId(value))
    return made === undefined ? value : draft.view(made, value.shape)
  }
  for (const step of steps.slice(backwardFrom, main.to)) {
    for (const index of missing(draft, step.inputs, { forward, makers, again }))
      runAgain(draft, forward[index] as DraftStep, { current, again, updated })
    draft.steps.push({ ...step, inputs: step.inputs.map(current) })
    for (const value of step.updates) updated.add(draft.rootId(value))
  }
  const more = draft.steps.length - main.to
  draft.steps = draft.steps.concat(steps.slice(main.to))
  const moved = { ...main, to: main.to + more }
  const sections = scores ? [moved, { ...scores, from: scores.from + more, to: scores.to + more }] : [moved]
  return { ...composition, draft, sections }
}

/** For each value that is dropped, by the id of its memory, the index of the step that makes it. */
function makersOf(forward: readonly DraftStep[], dropped: ReadonlySet<DraftStep>): ReadonlyMap<number, number> {
  const makers = new Map<number, number>()
  for (const [index, step] of forward.entries()) {
    if (!dropped.has(step)) continue
    const rerun = rerunOf(step)
    if (rerun === undefined) {
      throw new LoweringError(`${step.op.kind} cannot be run again`, { received: `a step for ${step.node}` })
    }
    for (const { id } of rerun.makes) makers.set(id, index)
  }
  return makers
}

/** Steps to run again before these values can be read, in the order of the forward pass. */
function missing(
  draft: Draft,
  values: readonly Value[],
  {
    forward,
    makers,
    again,
  }: {
    readonly forward: readonly DraftStep[]
    readonly makers: ReadonlyMap<number, number>
    readonly again: ReadonlyMap<number, DraftValue>
  },
): readonly number[] {
  const found = new Set<number>()
  const open = [...values]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const root = draft.rootId(value)
    const maker = again.has(root) ? undefined : makers.get(root)
    if (maker === undefined || found.has(maker)) continue
    found.add(maker)
    open.push(...(rerunOf(forward[maker] as DraftStep)?.inputs ?? []))
  }
  return [...found].sort((a, b) => a - b)
}

function runAgain(
  draft: Draft,
  step: DraftStep,
  {
    current,
    again,
    updated,
  }: { current(value: Value): Value; readonly again: Map<number, DraftValue>; readonly updated: ReadonlySet<number> },
): void {
  const { op, attributes, inputs, makes } = rerunOf(step) as NonNullable<ReturnType<typeof rerunOf>>
  const changed = inputs.find((value) => updated.has(draft.rootId(value)))
  if (changed !== undefined) {
    throw new LoweringError(`${step.node} would be computed again from what has changed meanwhile`, {
      received: draft.named(changed).name ?? `value ${changed.id}`,
      expected: 'values that only steps after the backward pass of their readers update',
    })
  }
  const emit = draft.emitter({ node: step.node, phase: 'recompute', role: 'activation' })
  const outputs = emit(op, attributes, inputs.map(current))
  for (const [i, { id }] of makes.entries()) {
    const made = draft.named(outputs[i] as Value)
    const { name } = draft.named(makes[i] as Value)
    if (name !== undefined) made.name = `${name}${againSuffix}`
    again.set(id, made)
  }
}
