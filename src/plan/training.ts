/** A training: forward, the loss and its guard, the backward pass, clipping and the update; and scores in the same memory. */

import { ArgumentError } from '../core/errors.ts'
import { clipNorms, clipScale } from '../ops/clip/op.ts'
import { lossGuard } from '../ops/guard/op.ts'
import type { Value } from '../ops/types.ts'
import { backward } from './backward.ts'
import type { Base, ComposedGoal, DraftSection } from './composition.ts'
import type { DraftValue } from './draft.ts'
import { GradientError } from './errors.ts'
import { addForward, addScalars } from './forward.ts'
import type { TrainingGoal } from './goal.ts'
import { frozenWeights } from './groups.ts'
import { addLoss } from './loss.ts'
import type { DraftParameter } from './lower.ts'
import { addMeans, addSum } from './means.ts'
import { composeScores } from './scores.ts'
import { type UpdateGroups, updateGroups } from './updateGroups.ts'

export function composeTraining(whole: Base, goal: TrainingGoal): ComposedGoal {
  const frozen = frozenWeights(whole.nodes, goal.groups ?? [])
  const base = { ...whole, learned: whole.learned.filter(({ name }) => !frozen.has(name)) }
  const { draft, learned, pictures } = base
  if (learned.length === 0) {
    throw new ArgumentError('there is nothing to learn', {
      received: base.frozen.size + frozen.size > 0 ? 'every layer with weights is frozen' : 'a network without weights',
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
  const groups = updateGroups(base, goal, scalars)
  const guard = draft.emitter({ node: 'loss', phase: 'loss', role: 'activation' })
  for (const group of groups.all) guard(lossGuard, {}, [losses], [group])
  const backwardFrom = draft.steps.length
  const optimizerState = addUpdates(base, goal, groups)
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
      ...(groups.others.length > 0 && { groups: groups.others }),
      seed,
      taps: tapped,
    },
  }
}

/** Backward and update; gives the optimizer's state by its name, `conv1.filters.velocity`. */
function addUpdates(base: Base, goal: TrainingGoal, { all, of }: UpdateGroups): ReadonlyMap<string, DraftValue> {
  const { draft, learned } = base
  const byId = new Map(learned.map((parameter) => [parameter.value.id, parameter]))
  const state = new Map<string, DraftValue>()

  const update = (parameter: DraftParameter, gradient: Value) => {
    const { name, value, spec, node } = parameter
    const { optimizer, scalars, decay } = of(parameter)
    const rule = optimizer.ruleFor({ shape: value.shape, dtype: value.dtype, decays: spec.decays })
    const states = rule.states.map((each) => {
      const full = `${name}.${each.name}`
      const made = draft.value(full, 'optimizer', each)
      state.set(full, made)
      return made
    })
    const emit = draft.emitter({ node, phase: 'update', role: 'gradient' })
    const given = { parameter: value, gradient, scalars, states, decay: decay === 'all' || spec.decays }
    rule.emit(given, { emit, view: (of, shape) => draft.view(of, shape) })
    addMeans(base, goal, { name, value, scalars, emit }, state)
  }

  const waiting: (readonly [DraftParameter, Value])[] = []
  const norms: Value[] = []
  const addNorms = ({ name, node }: DraftParameter, gradient: Value, phase: 'backward' | 'update') => {
    const [made] = draft.emitter({ node, phase, role: 'gradient' })(clipNorms, {}, [gradient])
    if (made === undefined) return
    draft.named(made).name = `${name}.norms`
    norms.push(made)
  }
  const sums = goal.accumulate !== undefined
  backward(draft, {
    steps: [...draft.steps],
    to: new Set(byId.keys()),
    complete({ id }, gradient, node) {
      const parameter = byId.get(id) as DraftParameter
      byId.delete(id)
      if (goal.update === 'at once') return update(parameter, gradient)
      const emit = draft.emitter({ node, phase: 'backward', role: 'gradient' })
      const { name } = parameter
      waiting.push([parameter, addSum(base, goal, { name, gradient, scalars: of(parameter).scalars, emit })])
      if (goal.clipNorm !== undefined && !sums) addNorms({ ...parameter, node }, gradient, 'backward')
    },
  })
  const [missed] = byId.values()
  if (missed !== undefined) throw noGradientTo(missed)
  if (goal.clipNorm !== undefined) {
    if (sums) for (const [parameter, sum] of waiting) addNorms(parameter, sum, 'update')
    const emit = draft.emitter({ node: 'clip', phase: 'update', role: 'gradient' })
    for (const group of all) emit(clipScale, { maxNorm: goal.clipNorm }, norms, [group])
  }
  for (const [parameter, gradient] of waiting) update(parameter, gradient)
  // Statistics of layers that learn change with the weights, and their mean goes with that of the weights.
  for (const { name, value, spec, node } of base.parameters) {
    if (spec.role !== 'tracked' || base.frozen.has(node)) continue
    const emit = draft.emitter({ node, phase: 'update', role: 'gradient' })
    addMeans(base, goal, { name, value, scalars: all[0] as DraftValue, emit }, state)
  }
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
