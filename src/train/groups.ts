/**
 * Groups of weights: by which optimizer, at which rate, with which decay and in which epochs each weight learns. Rules are
 * merged: for each setting of a weight, the first rule counts that names the weight and states the setting.
 */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions, type OptionNames, printKind } from '../core/options.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import {
  type Optimizer,
  type OptimizerKind,
  type OptimizerSettings,
  resolveOptimizer,
} from '../ops/optimizer/optimizers.ts'
import { type GroupGoal, weightsNamed } from '../plan/groups.ts'
import { resolveSchedule, type Schedule, type ScheduleKind, type ScheduleSettings } from './schedule.ts'

/** Factor of the learning rate for some weights. */
export interface RateRule {
  /** As `ParameterGroup.weights`. */
  readonly weights: string
  readonly factor: number
}

/** How some of the weights learn. What a rule leaves out, a later rule or the training says. */
export interface ParameterGroup {
  /**
   * A layer (`conv1`), a weight (`conv1.filters`), a pattern of one (`stage1/*`, `*.bias`), or weights by kind, unless a layer
   * has this name: `head` (of the layers that give the scores), `filters` (what decays: filters and the weights of FC),
   * `biases` (of layers with filters), `norms` (scales, shifts and slopes of layers without).
   */
  readonly weights: string
  /** An optimizer of their own, with its own rate. */
  readonly optimizer?: OptimizerSettings | OptimizerKind | undefined
  /** Multiplies the learning rate; above 0. */
  readonly factor?: number | undefined
  /** λ of weight decay, for all of these weights, biases and norms among them; 0: none. */
  readonly decay?: number | undefined
  /** They keep the values that they start from. */
  readonly frozen?: boolean | undefined
  /** They learn from the end of this many epochs on; default 0. Before, they keep their values. */
  readonly from?: number | undefined
  /** They learn until the end of this many epochs; default: to the end. Then they keep their values. */
  readonly until?: number | undefined
  /** A schedule of their own, over the epochs in which they learn. */
  readonly schedule?: ScheduleSettings | ScheduleKind | undefined
}

/** Weights with the same rules. */
export interface TrainGroup {
  /** Full names. */
  readonly weights: readonly string[]
  readonly optimizer: Optimizer
  readonly factor: number
  /** Whether all of the weights decay. */
  readonly decaysAll: boolean
  readonly frozen: boolean
  /** They learn in steps [from, until). */
  readonly from: number
  readonly until: number
  /** Of their own: its step 0 is step `from`. Undefined: the training's. */
  readonly schedule: Schedule | undefined
}

export interface ResolvedGroups {
  /** The rules, plain and complete; null where there are none. */
  readonly rules: readonly ParameterGroup[] | null
  readonly groups: readonly TrainGroup[]
}

export interface GroupsAsked {
  readonly groups?: readonly ParameterGroup[] | undefined
  readonly rates?: readonly RateRule[] | undefined
}

/** What a group has from the training. */
interface Training {
  readonly optimizer: Optimizer
  readonly epochs: number
  readonly stepsPerEpoch: number
}

const ruleNames: OptionNames<ParameterGroup> = {
  weights: true,
  optimizer: true,
  factor: true,
  decay: true,
  frozen: true,
  from: true,
  until: true,
  schedule: true,
}

const meant = { rate: "factor: 0.1, or optimizer: { kind: 'sgd', rate: 0.1 }", weightDecay: 'decay', lr: 'factor' }

/** `rates` come behind `groups`. Throws `ArgumentError`. */
export function resolveGroups(network: Network, asked: GroupsAsked, training: Training): ResolvedGroups {
  const { groups = [], rates = [] } = asked
  for (const [name, list] of Object.entries({ groups, rates }))
    if (!Array.isArray(list)) {
      throw new ArgumentError(`${name} must be a list`, {
        received: printKind(list),
        expected: "a list such as [{ weights: 'head', factor: 10 }]",
      })
    }
  for (const rate of rates) checkOptions<RateRule>('rates', rate, { weights: true, factor: true })
  const rules = [...groups, ...rates].map((rule) => checkedRule(rule, training))
  if (rules.length === 0) return { rules: null, groups: [] }
  const named = weightsNamed(
    inferVolumes(network),
    rules.map(({ weights }) => weights),
  )
  const merged = new Map<string, ParameterGroup>()
  rules.forEach((rule, i) => {
    for (const name of named[i] as ReadonlySet<string>) merged.set(name, { ...rule, ...merged.get(name) })
  })
  const alike = new Map<string, [ParameterGroup, string[]]>()
  for (const [name, { weights: _, ...settings }] of merged) {
    const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))
    const key = JSON.stringify(sorted)
    const found = alike.get(key)
    if (found === undefined) alike.set(key, [{ weights: name, ...settings }, [name]])
    else found[1].push(name)
  }
  return { rules, groups: [...alike.values()].map(([settings, weights]) => groupOf(settings, weights, training)) }
}

/** As the plan takes it. */
export function goalOf({ weights, optimizer, decaysAll, frozen }: TrainGroup): GroupGoal {
  if (frozen) return { weights, frozen }
  return { weights, optimizer: optimizer.settings, ...(decaysAll && { decay: 'all' }) }
}

/** Without what is not stated, and with an optimizer whose every number is fixed. */
function checkedRule(rule: ParameterGroup, { epochs }: Training): ParameterGroup {
  checkOptions('a group of weights', rule, ruleNames, meant)
  const { weights, optimizer, factor, decay, frozen, from, until, schedule } = rule
  if (typeof weights !== 'string' || weights === '') {
    throw new ArgumentError('a group must name its weights', {
      received: JSON.stringify(rule),
      expected: "{ weights: 'conv1' }, { weights: '*.bias' } or { weights: 'head' }, with what is to be different",
    })
  }
  const check = (name: string, value: unknown, text: string, allows: (value: number) => boolean) => {
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value) && allows(value))) return
    throw new ArgumentError(`${name} of the group ${weights} is invalid`, {
      received: typeof value === 'number' ? String(value) : printKind(value),
      expected: text,
      ...(name === 'factor' && { advice: 'frozen: true, for weights that do not learn' }),
    })
  }
  check('factor', factor, 'a factor above 0', (value) => value > 0)
  check('decay', decay, 'a number ≥ 0', (value) => value >= 0)
  check('from', from, `epochs from 0 to less than ${epochs}`, (value) => value >= 0 && value < epochs)
  check('until', until, `epochs, more than ${from ?? 0}`, (value) => value > (from ?? 0))
  if (frozen !== undefined && typeof frozen !== 'boolean') {
    throw new ArgumentError(`frozen of the group ${weights} is invalid`, {
      received: printKind(frozen),
      expected: 'true or false',
      advice: 'until: 3, for weights that learn in the first three epochs',
    })
  }
  const stated = { factor, decay, frozen, from, until, optimizer: optimizer && resolveOptimizer(optimizer).settings }
  const all = Object.entries({ ...stated, schedule }).filter(([, value]) => value !== undefined)
  return { weights, ...Object.fromEntries(all) }
}

function groupOf(
  { optimizer, factor = 1, decay, frozen = false, from = 0, until, schedule }: ParameterGroup,
  weights: readonly string[],
  { optimizer: main, epochs, stepsPerEpoch }: Training,
): TrainGroup {
  // A whole number of steps may come out of the product a little above itself.
  const stepOf = (epoch: number) => Math.max(0, Math.ceil(epoch * stepsPerEpoch - 1e-6))
  const end = Math.min(until ?? epochs, epochs)
  const span = { from: stepOf(from), until: stepOf(end) }
  const settings = optimizer === undefined ? main.settings : resolveOptimizer(optimizer).settings
  const own = decay === undefined ? settings : { ...settings, weightDecay: decay }
  return {
    weights,
    optimizer: resolveOptimizer(own),
    factor,
    decaysAll: decay !== undefined && decay > 0,
    frozen,
    ...span,
    schedule:
      schedule === undefined
        ? undefined
        : resolveSchedule(schedule, { epochs: (span.until - span.from) / stepsPerEpoch, stepsPerEpoch }),
  }
}
