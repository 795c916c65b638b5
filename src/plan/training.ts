/** What a training plan adds to the forward steps: the loss and its guard, the backward pass, clipping and the update. */

import type { Volume } from '../core/index.ts'
import { clipNorms, clipScale } from '../ops/clip/op.ts'
import { lossGuard } from '../ops/guard/op.ts'
import { type LossValues, resolveLoss } from '../ops/losses/table.ts'
import { resolveOptimizer } from '../ops/optimizer/optimizers.ts'
import type { Value } from '../ops/types.ts'
import { backward } from './backward.ts'
import type { Draft, DraftValue } from './draft.ts'
import type { TrainingGoal } from './goal.ts'
import type { DraftParameter } from './lower.ts'

export interface LossPorts extends LossValues {
  readonly targets: DraftValue
}

/** The loss of the network's output, and what the host gives for it. */
export function addLoss(draft: Draft, settings: TrainingGoal['loss'], output: Value, volume: Volume): LossPorts {
  const loss = resolveLoss(settings)
  const targets = draft.value('labels', 'data', loss.targets(draft.batch, volume), true)
  const values = loss.emit({ output, targets }, draft.emitter({ node: 'loss', phase: 'loss', role: 'activation' }))
  draft.named(values.losses).name = 'losses'
  if (values.hits !== undefined) draft.named(values.hits).name = 'hits'
  return { ...values, targets }
}

/** A step with a bad loss must leave everything as it is. */
export function addGuard(draft: Draft, losses: Value, scalars: Value): void {
  draft.emitter({ node: 'loss', phase: 'loss', role: 'activation' })(lossGuard, {}, [losses], [scalars])
}

/** Backward and update; gives the optimizer's state by its name, `conv1.filters.velocity`. */
export function addUpdates(
  draft: Draft,
  goal: TrainingGoal,
  learned: readonly DraftParameter[],
  scalars: DraftValue,
): ReadonlyMap<string, DraftValue> {
  const optimizer = resolveOptimizer(goal.optimizer)
  const byId = new Map(learned.map((parameter) => [parameter.value.id, parameter]))
  const state = new Map<string, DraftValue>()

  const update = ({ name, value, spec, node }: DraftParameter, gradient: Value) => {
    const rule = optimizer.ruleFor({ shape: value.shape, dtype: value.dtype, decays: spec.decays })
    const states = rule.states.map((each) => {
      const full = `${name}.${each.name}`
      const made = draft.value(full, 'optimizer', each)
      state.set(full, made)
      return made
    })
    const emit = draft.emitter({ node, phase: 'update', role: 'gradient' })
    rule.emit({ parameter: value, gradient, scalars, states, decay: goal.decay === 'all' || spec.decays }, emit)
  }

  const waiting: (readonly [DraftParameter, Value])[] = []
  const norms: Value[] = []
  backward(draft, {
    steps: [...draft.steps],
    to: new Set(byId.keys()),
    complete({ id }, gradient, node) {
      const parameter = byId.get(id) as DraftParameter
      if (goal.update === 'at once') return update(parameter, gradient)
      waiting.push([parameter, gradient])
      if (goal.clipNorm === undefined) return
      const [made] = draft.emitter({ node, phase: 'backward', role: 'gradient' })(clipNorms, {}, [gradient])
      if (made === undefined) return
      draft.named(made).name = `${parameter.name}.norms`
      norms.push(made)
    },
  })
  if (goal.clipNorm !== undefined) {
    const emit = draft.emitter({ node: 'clip', phase: 'update', role: 'gradient' })
    emit(clipScale, { maxNorm: goal.clipNorm }, norms, [scalars])
  }
  for (const [parameter, gradient] of waiting) update(parameter, gradient)
  return state
}
