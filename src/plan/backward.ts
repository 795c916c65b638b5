/**
 * The backward pass: walks the forward steps in reverse and lets each op's gradient rule emit its own. Contributions to the
 * same value are added up; a view's are its base's. A parameter's gradient is handed over as soon as it is complete, so
 * that it can be used and dropped.
 */

import { add } from '../ops/add/op.ts'
import type { RectifierRule, Value } from '../ops/types.ts'
import type { Draft, DraftStep, DraftValue } from './draft.ts'
import { GradientError } from './errors.ts'

export interface BackwardOptions {
  /** The forward steps, the loss among them. */
  readonly steps: readonly DraftStep[]
  /** Where gradients are needed: parameters, pictures, outputs of nodes. By the id of their memory. */
  readonly to: ReadonlySet<number>
  /** The value that the gradient is of, and dL/d(value), which the host writes; absent: the loss's own rule starts it. */
  readonly from?: { readonly value: Value; readonly gradient: Value }
  /** What each rectifier is told that asks. Default: its derivative counts. */
  rectifierRule?(): RectifierRule
  /** Called with each of `to` that no step makes (parameters), when nothing more will be added to its gradient. */
  complete?(value: DraftValue, gradient: Value, node: string): void
}

/** The gradients of `to`, by the id of their memory; absent where nothing depends on the value. */
export function backward(draft: Draft, options: BackwardOptions): ReadonlyMap<number, Value> {
  const { steps, to, from, complete, rectifierRule = () => 'gradient' } = options
  const wanted = wantedValues(draft, steps, to)
  const last = firstReaders(draft, steps)
  const made = new Set(steps.flatMap(({ outputs }) => outputs.map(({ id }) => id)))
  const gradients = new Map<number, Value>()
  if (from !== undefined) {
    const { root } = draft.named(from.value)
    gradients.set(root.id, draft.view(from.gradient, root.shape))
  }

  for (const step of steps.toReversed()) {
    const given = step.outputs.map(({ id }) => gradients.get(id))
    const matters = step.inputs.some((input) => wanted.has(draft.rootId(input)))
    if (step.op.gradient === 'none') {
      if (matters && given.some((gradient) => gradient !== undefined)) throw noGradient(step)
    } else if (matters) {
      const emit = draft.emitter({ node: step.node, phase: 'backward', role: 'gradient' })
      step.op.gradient(step, given, {
        emit,
        rectifierRule,
        wants: (value) => wanted.has(draft.rootId(value)),
        give(value, gradient) {
          const root = draft.named(value).root
          const part = draft.view(gradient, root.shape)
          const before = gradients.get(root.id)
          const [sum = part] = before === undefined ? [] : emit(add, { activation: 'none' }, [before, part])
          nameGradient(draft.named(sum), root)
          gradients.set(root.id, sum)
        },
      })
    }
    for (const input of step.inputs) {
      const root = draft.named(input).root
      const gradient = gradients.get(root.id)
      if (gradient === undefined || !to.has(root.id) || made.has(root.id) || last.get(root.id) !== step) continue
      complete?.(root, gradient, step.node)
    }
  }
  return gradients
}

/** A gradient that already has a name is that of another value as well, as an addition hands the same one to both. */
function nameGradient(gradient: DraftValue, of: DraftValue): void {
  if (gradient.root.name === undefined && of.name !== undefined) gradient.root.name = `${of.name}.gradient`
}

/** Values on a path from what a gradient is needed of: only their gradients are worth computing. */
function wantedValues(draft: Draft, steps: readonly DraftStep[], to: ReadonlySet<number>): ReadonlySet<number> {
  const wanted = new Set(to)
  for (const { inputs, outputs } of steps) {
    if (inputs.some((input) => wanted.has(draft.rootId(input)))) for (const { id } of outputs) wanted.add(id)
  }
  return wanted
}

/** For each value the first step that reads it: walking backward, the last to add to its gradient. */
function firstReaders(draft: Draft, steps: readonly DraftStep[]): ReadonlyMap<number, DraftStep> {
  const readers = new Map<number, DraftStep>()
  for (const step of steps.toReversed()) for (const input of step.inputs) readers.set(draft.rootId(input), step)
  return readers
}

function noGradient({ op, node }: DraftStep): GradientError {
  return new GradientError(`no gradient flows through ${node}`, {
    received: `a step ${op.kind}, for which no gradient is defined`,
    expected: 'layers that can be differentiated between the loss and what the gradient is of',
    advice: 'freeze the layers in front of it',
  })
}
