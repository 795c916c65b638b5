/** A plan for gradients: forward, where the gradient starts (the loss, or a node's output), and the backward pass. */

import { ArgumentError } from '../core/errors.ts'
import type { Value } from '../ops/types.ts'
import { type BackwardOptions, backward } from './backward.ts'
import type { Base, ComposedGoal } from './composition.ts'
import type { Draft, DraftValue } from './draft.ts'
import { GradientError } from './errors.ts'
import { addForward, addScalars } from './forward.ts'
import type { GradientsGoal } from './goal.ts'
import { addLoss } from './loss.ts'
import type { DraftParameter } from './lower.ts'

export function composeGradients(base: Base, goal: GradientsGoal): ComposedGoal {
  const { draft, learned, pictures } = base
  const { scalars, seed } = addScalars(draft)
  const lossSettings = 'loss' in goal.of ? goal.of.loss : undefined
  let targets: GradientTargets = { weights: weightTargets(goal, learned), nodes: new Map() }
  let source: Value | undefined
  const { output, heads, tapped } = addForward(base, {
    asTraining: goal.statistics === 'batch',
    seed,
    loss: lossSettings,
    held(outputs) {
      targets = { ...targets, nodes: nodeTargets(goal, outputs) }
      source = 'node' in goal.of ? find(outputs, 'layer', goal.of.node) : undefined
      return [...targets.nodes.values(), ...(source ? [source] : [])]
    },
    apart: new Set(goal.to.flatMap((target) => (typeof target === 'object' && 'node' in target ? [target.node] : []))),
    learned: [...targets.weights.values()],
  })
  const loss = lossSettings && addLoss(draft, lossSettings, heads)
  const backwardFrom = draft.steps.length
  const outputGradient = source && gradientPort(draft, source)
  const gradients = addGradients(draft, targets, goal.rectifiers, {
    ...(source && outputGradient && { from: { value: source, gradient: outputGradient } }),
  })
  const asked = [...gradients.weights.values(), ...gradients.nodes.values()]
  const reads = [
    output,
    ...tapped.values(),
    ...asked,
    ...(loss ? [loss.losses] : []),
    ...(loss?.hits ? [loss.hits] : []),
  ]
  return {
    sections: [{ name: 'main', from: 0, to: draft.steps.length, reads }],
    backwardFrom,
    values: {
      pictures,
      output,
      ...loss,
      scalars,
      seed,
      ...(outputGradient && { outputGradient }),
      gradients,
      taps: tapped,
    },
  }
}

/** dL/d(value), which the host writes. */
function gradientPort(draft: Draft, value: Value): DraftValue {
  const { root, pictures } = draft.named(value)
  return draft.value(`${root.name}.gradient`, 'data', value, pictures)
}

/** By name. */
interface GradientTargets {
  readonly weights: ReadonlyMap<string, Value>
  /** The pictures among them, by the name of their node. */
  readonly nodes: ReadonlyMap<string, Value>
}

function weightTargets({ to }: GradientsGoal, learned: readonly DraftParameter[]): ReadonlyMap<string, Value> {
  const known = new Map<string, Value>(learned.map(({ name, value }) => [name, value]))
  const found = new Map<string, Value>()
  if (to.includes('weights') && known.size === 0) {
    throw new ArgumentError('gradients: there is no weight to take them to', {
      received: "to: ['weights'], the default, for a network whose layers have no weights or are frozen",
      expected: 'at least one layer that learns, or another target',
    })
  }
  for (const target of to) {
    if (target === 'weights') for (const [name, value] of known) found.set(name, value)
    else if (typeof target === 'object' && 'weight' in target) {
      found.set(target.weight, find(known, 'learned weight', target.weight))
    }
  }
  return found
}

function nodeTargets({ to }: GradientsGoal, outputs: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>()
  for (const target of to) {
    if (target === 'pictures') {
      const [input, pictures] = [...outputs][0] as [string, Value]
      found.set(input, pictures)
    } else if (typeof target === 'object' && 'node' in target) {
      found.set(target.node, find(outputs, 'layer', target.node))
    }
  }
  return found
}

/** Throws `ArgumentError` for a name that the network does not have. */
function find(known: ReadonlyMap<string, Value>, what: string, name: string): Value {
  const value = known.get(name)
  if (value !== undefined) return value
  throw new ArgumentError(`gradients: there is no ${what} of this name`, {
    received: name,
    expected: [...known.keys()].slice(0, 12).join(', '),
  })
}

/** `from`: the output that the gradient is of, and the value that the host writes; absent: the loss. */
function addGradients(
  draft: Draft,
  targets: GradientTargets,
  rule: GradientsGoal['rectifiers'],
  from: Pick<BackwardOptions, 'from'>,
): GradientTargets {
  const all = [...targets.weights, ...targets.nodes]
  let rectifiers = 0
  const found = backward(draft, {
    steps: [...draft.steps],
    to: new Set(all.map(([, value]) => draft.rootId(value))),
    ...from,
    rectifierRule() {
      rectifiers++
      return rule ?? 'gradient'
    },
  })
  if (rule !== undefined && rectifiers === 0) throw noRectifier(rule, [...targets.nodes.keys()])
  const gradientOf = ([name, value]: readonly [string, Value]): [string, Value] => {
    const gradient = found.get(draft.rootId(value))
    if (gradient !== undefined) return [name, draft.view(gradient, value.shape)]
    throw new GradientError(`nothing leads from ${name} to what the gradient is of`, {
      received: name,
      expected: 'layers and weights in front of it',
    })
  }
  return {
    weights: new Map([...targets.weights].map(gradientOf)),
    nodes: new Map([...targets.nodes].map(gradientOf)),
  }
}

/** The map would be the gradient, under another name. */
function noRectifier(rule: string, to: readonly string[]): GradientError {
  return new GradientError(`${rule === 'guided' ? 'guided backpropagation' : 'a deconvnet'} needs a ReLU`, {
    received: `no rectifier on the way back to ${to.join(', ')}`,
    expected: 'RELU, RELU6, LRELU or PRELU: the rule says how they pass gradients on',
    advice: 'take the gradient itself',
  })
}
