/**
 * What a plan is for: scores, gradients, or training. A goal is plain data with every default filled in; what a person
 * writes may leave most of it out, and the older words `mode`, `optimizer`, `clipNorm`, … stand for a goal, too.
 */

import { ArgumentError } from '../core/errors.ts'
import { type LossKind, type LossSettings, resolveLoss } from '../ops/losses/table.ts'
import { type OptimizerKind, type OptimizerSettings, resolveOptimizer } from '../ops/optimizer/optimizers.ts'
import type { RectifierRule } from '../ops/types.ts'
import type { RateRule } from './rates.ts'

/** What the last layer gives, for new pictures: tracked statistics, nothing random. */
export interface ScoresGoal {
  readonly kind: 'scores'
}

/** Where a gradient starts: at the loss, or at a node's output, for which the host writes dL/d(output). */
export type GradientSource = { readonly loss: LossSettings } | { readonly node: string }

/** What a gradient is taken with respect to. `weights`: all trained weights that are not frozen. */
export type GradientTarget = 'pictures' | 'weights' | { readonly node: string } | { readonly weight: string }

/** Gradients that stay readable after a run. */
export interface GradientsGoal {
  readonly kind: 'gradients'
  readonly of: GradientSource
  readonly to: readonly GradientTarget[]
  /** Normalize by the batch's statistics, and draw dropout's masks, as in training; or by the tracked ones, as at inference. */
  readonly statistics: 'batch' | 'tracked'
  /**
   * What goes back through ReLU and its kin, for maps that are no gradients: guided backpropagation or the deconvnet's rule
   * (`RectifierRule`). Then gradients are taken to images or nodes. Absent: the gradient.
   */
  readonly rectifiers?: Exclude<RectifierRule, 'gradient'>
}

/** Forward, loss, backward, update. */
export interface TrainingGoal {
  readonly kind: 'training'
  readonly loss: LossSettings
  readonly optimizer: OptimizerSettings
  /** What weight decay shrinks: `weights` leaves out what its layer says does not decay (biases, norms). */
  readonly decay: 'weights' | 'all'
  /** Factors of the learning rate for some of the weights; absent: all learn at the same rate. The first that fits counts. */
  readonly rates?: readonly RateRule[]
  /** Clip the gradients' global norm to this before the update; absent: no clipping. */
  readonly clipNorm?: number
  /**
   * `at once`: each parameter as soon as its gradient is complete, whose memory is then free again. `together`: after the
   * whole backward pass, as clipping by the global norm needs it.
   */
  readonly update: 'at once' | 'together'
  /** Room and steps to compute scores in the same memory, as the evaluation after each epoch does. */
  readonly scores: boolean
}

export type Goal = ScoresGoal | GradientsGoal | TrainingGoal

/** A goal as a person writes it. */
export type GoalOptions =
  | ScoresGoal
  | ({ readonly kind: 'gradients' } & Partial<Omit<GradientsGoal, 'kind' | 'of' | 'rectifiers'>> & {
        readonly rectifiers?: RectifierRule
        readonly of?: { readonly loss: LossSettings | LossKind } | { readonly node: string }
      })
  | ({ readonly kind: 'training' } & Partial<Omit<TrainingGoal, 'kind' | 'loss' | 'optimizer'>> & {
        readonly loss?: LossSettings | LossKind
        readonly optimizer?: OptimizerSettings | OptimizerKind
      })

/** Words that stand for a goal: `mode` alone, or with what a training takes. */
export interface GoalWords {
  /** `training` updates parameters; `gradients` computes those of the weights and keeps them. Default `inference`. */
  readonly mode?: 'inference' | 'training' | 'gradients'
  /** Only with mode `training`. Default `sgd`. A name stands for its default settings. */
  readonly optimizer?: OptimizerSettings | OptimizerKind
  readonly decay?: 'weights' | 'all'
  readonly clipNorm?: number
  /** ε of label smoothing, 0 to below 1, for cross-entropy. Default: what the network says, or 0. */
  readonly labelSmoothing?: number
}

/**
 * @param loss of a goal that names none: what the network asks for
 * @throws {ArgumentError}
 */
export function resolveGoal(
  { goal, ...words }: GoalWords & { readonly goal?: GoalOptions },
  loss: LossSettings = { kind: 'cross-entropy' },
): Goal {
  const given = (['mode', 'optimizer', 'decay', 'clipNorm', 'labelSmoothing'] as const).filter(
    (word) => words[word] !== undefined,
  )
  if (goal === undefined) return complete(fromWords(words, loss), loss)
  if (given.length === 0) return complete(goal, loss)
  throw new ArgumentError('a goal says everything about what a plan is for', {
    received: `goal and ${given.join(', ')}`,
    expected: 'goal alone, or the other options without it',
  })
}

function fromWords(
  { mode = 'inference', optimizer, decay, clipNorm, labelSmoothing }: GoalWords,
  own: LossSettings,
): GoalOptions {
  const loss = withSmoothing(own, labelSmoothing)
  if (mode === 'inference') return { kind: 'scores' }
  if (mode === 'gradients') return { kind: 'gradients', of: { loss } }
  if (mode === 'training') {
    return {
      kind: 'training',
      loss,
      ...(optimizer !== undefined && { optimizer }),
      ...(decay !== undefined && { decay }),
      ...(clipNorm !== undefined && { clipNorm }),
    }
  }
  throw new ArgumentError('no such mode', { received: `${mode}`, expected: 'inference, training or gradients' })
}

/** A loss with this label smoothing, if any is given. Throws `ArgumentError` for a loss that has none. */
export function withSmoothing(loss: LossSettings, labelSmoothing: number | undefined): LossSettings {
  if (labelSmoothing === undefined) return loss
  if (loss.kind === 'cross-entropy') return { ...loss, smoothing: labelSmoothing }
  throw new ArgumentError('only cross-entropy has label smoothing', {
    received: `label smoothing ${labelSmoothing} and the loss ${loss.kind}`,
    expected: 'no label smoothing, or the loss cross-entropy',
  })
}

/** What each goal takes. */
const words: { readonly [K in Goal['kind']]: Readonly<Record<keyof Extract<Goal, { readonly kind: K }>, true>> } = {
  scores: { kind: true },
  gradients: { kind: true, of: true, to: true, statistics: true, rectifiers: true },
  training: {
    kind: true,
    loss: true,
    optimizer: true,
    decay: true,
    rates: true,
    clipNorm: true,
    update: true,
    scores: true,
  },
}

/** Refuses what a goal does not take: a plan for something else than was asked for would say nothing. */
function checkWords(goal: GoalOptions): void {
  if (!Object.hasOwn(words, goal.kind)) {
    throw new ArgumentError('there is no such goal', {
      received: JSON.stringify(goal),
      expected: Object.keys(words).join(', '),
    })
  }
  const known = words[goal.kind]
  const other = Object.keys(goal).find((word) => !Object.hasOwn(known, word))
  if (other === undefined) return
  throw new ArgumentError(`the goal ${goal.kind} has no ${other}`, {
    received: other,
    expected: Object.keys(known).join(', '),
  })
}

function checkTargets(to: readonly GradientTarget[]): void {
  const expected = "a list of 'pictures', 'weights', { node: 'relu1' } and { weight: 'conv1.filters' }"
  const isTarget = (target: unknown) =>
    target === 'pictures' ||
    target === 'weights' ||
    (typeof target === 'object' && target !== null && ('node' in target || 'weight' in target))
  if (Array.isArray(to) && to.length > 0 && to.every(isTarget)) return
  throw new ArgumentError('gradients of what, to what?', { received: `to: ${JSON.stringify(to)}`, expected })
}

/** What another rule than the gradient gives is of no use for weights. */
function checkRuled(to: readonly GradientTarget[], rule: RectifierRule): void {
  const weights = to.filter((target) => target === 'weights' || (typeof target === 'object' && 'weight' in target))
  if (weights.length === 0) return
  throw new ArgumentError(`the rule ${rule} for rectifiers gives no gradients of weights`, {
    received: `to: ${JSON.stringify(weights)}`,
    expected: "'pictures' or { node: 'relu1' }",
  })
}

function complete(goal: GoalOptions, own: LossSettings): Goal {
  checkWords(goal)
  if (goal.kind === 'scores') return { kind: 'scores' }
  if (goal.kind === 'gradients') {
    const { of = { loss: own }, to = ['weights'], statistics = 'batch', rectifiers = 'gradient' } = goal
    checkTargets(to)
    oneOf('statistics', statistics, ['batch', 'tracked'])
    oneOf('rectifiers', rectifiers, ['gradient', 'guided', 'deconvnet'])
    const source = 'loss' in of ? { loss: resolveLoss(of.loss).settings } : of
    if (rectifiers === 'gradient') return { kind: 'gradients', of: source, to, statistics }
    checkRuled(to, rectifiers)
    return { kind: 'gradients', of: source, to, statistics, rectifiers }
  }
  const { loss = own, optimizer = 'sgd', decay = 'weights', rates, clipNorm, scores = true } = goal
  if (clipNorm !== undefined && !(clipNorm > 0 && Number.isFinite(clipNorm))) {
    throw new ArgumentError('the norm to clip to must be a positive number', {
      received: `${clipNorm}`,
      advice: 'leave it out for no clipping',
    })
  }
  const update = goal.update ?? (clipNorm === undefined ? 'at once' : 'together')
  oneOf('decay', decay, ['weights', 'all'])
  oneOf('update', update, clipNorm === undefined ? ['at once', 'together'] : ['together'])
  return {
    kind: 'training',
    loss: resolveLoss(loss).settings,
    optimizer: resolveOptimizer(optimizer).settings,
    decay,
    ...(rates === undefined || rates?.length === 0 ? {} : { rates }),
    ...(clipNorm === undefined ? {} : { clipNorm }),
    update,
    scores,
  }
}

function oneOf(what: string, received: string, allowed: readonly string[]): void {
  if (allowed.includes(received)) return
  throw new ArgumentError(`${what} is invalid`, { received: `${received}`, expected: allowed.join(' or ') })
}

/** For people: `training, adam`. */
export function printGoal(goal: Goal): string {
  if (goal.kind === 'scores') return 'scores'
  if (goal.kind === 'training') return `training, ${goal.optimizer.kind}`
  const of = 'loss' in goal.of ? 'the loss' : goal.of.node
  const to = goal.to.map((target) => (typeof target === 'string' ? target : Object.values(target)[0]))
  const rule = goal.rectifiers === undefined ? '' : `, ${goal.rectifiers}`
  return `gradients of ${of} to ${to.join(', ')}, ${goal.statistics} statistics${rule}`
}
