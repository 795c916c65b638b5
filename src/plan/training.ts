/** A training: forward, the loss and its guard, the backward pass, clipping and the update; and scores in the same memory. */

import { ArgumentError } from '../core/errors.ts'
import { clipNorms, clipScale } from '../ops/clip/op.ts'
import { lossGuard } from '../ops/guard/op.ts'
import { resolveOptimizer } from '../ops/optimizer/optimizers.ts'
import { scalarsSpec } from '../ops/scalars.ts'
import type { Value } from '../ops/types.ts'
import { backward } from './backward.ts'
import type { Base, ComposedGoal, DraftSection } from './composition.ts'
import type { Draft, DraftValue } from './draft.ts'
import { GradientError } from './errors.ts'
import { addForward, addScalars } from './forward.ts'
import type { TrainingGoal } from './goal.ts'
import { addLoss } from './loss.ts'
import type { DraftParameter } from './lower.ts'
import { rateFactors } from './rates.ts'
import { composeScores } from './scores.ts'

export function composeTraining(base: Base, goal: TrainingGoal): ComposedGoal {
  const { draft, learned, pictures } = base
  if (learned.length === 0) {
    throw new ArgumentError('there is nothing to learn', {
      received: base.frozen.size > 0 ? 'every layer with weights is frozen' : 'a network without weights',
      expected: 'at least one layer that learns',
    })
  }
  const { scalars, seed } = addScalars(draft)
  const { output, heads, tapped } = addForward(base, {
    asTraining: true,
    seed,
    loss: goal.loss,
    held: () => [],
    learned: learned.map(({ value }) => value),
  })
  const { losses, hits, labels } = addLoss(draft, goal.loss, heads, goal.shares)
  // A step with a bad loss must leave everything as it is.
  const groups = rateGroups(base, goal, scalars)
  const guard = draft.emitter({ node: 'loss', phase: 'loss', role: 'activation' })
  for (const group of groups.all) guard(lossGuard, {}, [losses], [group])
  const backwardFrom = draft.steps.length
  const optimizerState = addUpdates(draft, goal, learned, groups)
  const reads = [output, losses, ...(hits ? [hits] : []), ...tapped.values()]
  const main: DraftSection = { name: 'main', from: 0, to: draft.steps.length, reads }
  const scores = goal.scores ? composeScores(base, true) : undefined
  return {
    sections: [main, ...(scores?.sections ?? [])],
    optimizerState,
    backwardFrom,
    values: {
      pictures,
      output,
      ...(scores && { scores: scores.values.output }),
      labels,
      losses,
      ...(hits && { hits }),
      scalars,
      ...(groups.others.size > 0 && { rates: groups.others }),
      seed,
      taps: tapped,
    },
  }
}

/** Scalars of each learning rate: the host writes the rate into each, and the guard and clipping go over all. */
interface RateGroups {
  readonly all: readonly DraftValue[]
  /** By factor, those that are not 1. */
  readonly others: ReadonlyMap<number, DraftValue>
  /** Of a weight, by its full name. */
  of(name: string): DraftValue
}

function rateGroups({ draft, nodes, learned }: Base, { rates = [] }: TrainingGoal, scalars: DraftValue): RateGroups {
  const factors = rateFactors(nodes, rates)
  const others = new Map<number, DraftValue>()
  for (const { name } of learned) {
    const factor = factors.get(name) ?? 1
    if (factor !== 1 && !others.has(factor))
      others.set(factor, draft.value(`scalars*${factor}`, 'scalars', scalarsSpec))
  }
  return { all: [scalars, ...others.values()], others, of: (name) => others.get(factors.get(name) ?? 1) ?? scalars }
}

/** Backward and update; gives the optimizer's state by its name, `conv1.filters.velocity`. */
function addUpdates(
  draft: Draft,
  goal: TrainingGoal,
  learned: readonly DraftParameter[],
  { all, of }: RateGroups,
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
    rule.emit(
      { parameter: value, gradient, scalars: of(name), states, decay: goal.decay === 'all' || spec.decays },
      emit,
    )
  }

  const waiting: (readonly [DraftParameter, Value])[] = []
  const norms: Value[] = []
  backward(draft, {
    steps: [...draft.steps],
    to: new Set(byId.keys()),
    complete({ id }, gradient, node) {
      const parameter = byId.get(id) as DraftParameter
      byId.delete(id)
      if (goal.update === 'at once') return update(parameter, gradient)
      waiting.push([parameter, gradient])
      if (goal.clipNorm === undefined) return
      const [made] = draft.emitter({ node, phase: 'backward', role: 'gradient' })(clipNorms, {}, [gradient])
      if (made === undefined) return
      draft.named(made).name = `${parameter.name}.norms`
      norms.push(made)
    },
  })
  const [missed] = byId.values()
  if (missed !== undefined) throw noGradientTo(missed)
  if (goal.clipNorm !== undefined) {
    const emit = draft.emitter({ node: 'clip', phase: 'update', role: 'gradient' })
    for (const group of all) emit(clipScale, { maxNorm: goal.clipNorm }, norms, [group])
  }
  for (const [parameter, gradient] of waiting) update(parameter, gradient)
  return state
}

/** A weight that is never updated would look like one that learns badly. */
function noGradientTo({ name, node }: DraftParameter): GradientError {
  return new GradientError(`no gradient reaches ${name}`, {
    received: `the trained layer ${node}; no gradient of the loss reaches its weights`,
    expected: 'gradient rules that pass a gradient on to every input, from the loss to this layer',
    advice: `check the rules of the ops that ${node} and the layers behind it are made of, or freeze ${node}`,
  })
}
