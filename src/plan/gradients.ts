/** What a plan for gradients adds to the forward steps: where the gradient starts, and the backward pass. */

import { ArgumentError } from '../core/index.ts'
import type { Value } from '../ops/types.ts'
import { backward } from './backward.ts'
import type { Draft, DraftValue } from './draft.ts'
import { GradientError } from './errors.ts'
import type { GradientsGoal } from './goal.ts'
import type { DraftParameter } from './lower.ts'

export interface GradientTargets {
  readonly weights: ReadonlyMap<string, Value>
  /** The pictures among them, by the name of their node. */
  readonly nodes: ReadonlyMap<string, Value>
}

/** The values that a goal asks for. Throws `ArgumentError` for names that the network does not have. */
export function gradientTargets(
  { to }: GradientsGoal,
  learned: readonly DraftParameter[],
  outputs: ReadonlyMap<string, Value>,
): GradientTargets {
  const weights = new Map<string, Value>()
  const nodes = new Map<string, Value>()
  const known = new Map(learned.map(({ name, value }) => [name, value]))
  const find = (found: Value | undefined, what: string, name: string, names: Iterable<string>) => {
    if (found !== undefined) return found
    const some = [...names].slice(0, 12).join(', ')
    throw new ArgumentError(`gradients: there is no ${what} of this name`, { received: name, expected: some })
  }
  for (const target of to) {
    if (target === 'weights') for (const [name, value] of known) weights.set(name, value)
    else if (target === 'pictures') {
      const [input, pictures] = [...outputs][0] as [string, Value]
      nodes.set(input, pictures)
    } else if ('node' in target) {
      nodes.set(target.node, find(outputs.get(target.node), 'layer', target.node, outputs.keys()))
    } else {
      weights.set(target.weight, find(known.get(target.weight), 'learned weight', target.weight, known.keys()))
    }
  }
  return { weights, nodes }
}

export interface GradientValues {
  readonly weights: ReadonlyMap<string, Value>
  readonly nodes: ReadonlyMap<string, Value>
}

/** `from`: the output that the gradient is of, and the value that the host writes; absent: the loss. */
export function addGradients(
  draft: Draft,
  targets: GradientTargets,
  from: { readonly value: Value; readonly gradient: DraftValue } | undefined,
): GradientValues {
  const all = [...targets.weights, ...targets.nodes]
  const found = backward(draft, {
    steps: [...draft.steps],
    to: new Set(all.map(([, value]) => draft.rootId(value))),
    ...(from && { from }),
  })
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
