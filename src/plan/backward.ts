/**
 * The backward pass: walks the steps in reverse and lets each op's gradient rule emit its own. Contributions to the same
 * value are added up. A parameter's gradient is handed over as soon as it is complete, so that it can be used and dropped.
 */

import { add } from '../ops/add/op.ts'
import type { Value } from '../ops/types.ts'
import type { Draft, DraftParameter, DraftStep } from './draft.ts'

/** Called with each learned parameter when nothing more will be added to its gradient. */
type OnComplete = (parameter: DraftParameter, gradient: Value, node: string) => void

export function backward(draft: Draft, parameters: readonly DraftParameter[], complete: OnComplete): void {
  const forward = [...draft.steps]
  const learned = new Map(
    parameters.filter(({ spec }) => spec.role === 'learned').map((parameter) => [parameter.value.id, parameter]),
  )
  const wanted = wantedValues(forward, new Set(learned.keys()))
  const lastVisit = firstReaders(forward)
  const gradients = new Map<number, Value>()

  for (const step of forward.toReversed()) {
    const emit = draft.emitter(step.node, 'backward', 'gradient', `${step.node}.gradient`)
    step.op.gradient?.(
      step,
      step.outputs.map(({ id }) => gradients.get(id)),
      {
        emit,
        wants: ({ id }) => wanted.has(id),
        give(value, gradient) {
          const before = gradients.get(value.id)
          const [sum] = before === undefined ? [gradient] : emit(add, { activation: 'none' }, [before, gradient])
          gradients.set(value.id, sum as Value)
        },
      },
    )
    for (const { id } of step.inputs) {
      const parameter = learned.get(id)
      const gradient = gradients.get(id)
      if (parameter === undefined || gradient === undefined || lastVisit.get(id) !== step) continue
      draft.named(gradient).name = `${parameter.name}.gradient`
      complete(parameter, gradient, step.node)
    }
  }
}

/** Values on a path from a learned parameter: only their gradients are worth computing. */
function wantedValues(steps: readonly DraftStep[], learned: ReadonlySet<number>): ReadonlySet<number> {
  const wanted = new Set(learned)
  for (const step of steps) {
    if (step.op.gradient === undefined || !step.inputs.some(({ id }) => wanted.has(id))) continue
    for (const { id } of step.outputs) wanted.add(id)
  }
  return wanted
}

/** For each value the first step that reads it: walking backward, the last to add to its gradient. */
function firstReaders(steps: readonly DraftStep[]): ReadonlyMap<number, DraftStep> {
  const readers = new Map<number, DraftStep>()
  for (const step of steps.toReversed()) for (const { id } of step.inputs) readers.set(id, step)
  return readers
}
