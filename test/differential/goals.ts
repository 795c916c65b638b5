/** The plans of a trial: scores, gradients, training, each with what else is drawn for it from the trial's seed. */

import { inputsOf, withoutHeads } from '../../src/network/training.ts'
import type { SizedNode } from '../../src/network/volumes.ts'
import { parse } from '../../src/notation/parse.ts'
import { optimizerKinds } from '../../src/ops/optimizer/optimizers.ts'
import type { GradientTarget } from '../../src/plan/goal.ts'
import type { PlanOptions } from '../../src/plan/types.ts'
import { Draw } from './draw.ts'
import type { Trial } from './trials.ts'

export interface Goals {
  readonly scores: PlanOptions
  readonly gradients: PlanOptions
  readonly training: PlanOptions
}

export function goalsOf({ text, batch, seed, exact }: Trial, nodes: readonly SizedNode[]): Goals {
  const draw = Draw.seeded(seed, 'goals')
  const names = parse(text).nodes.map(({ name }) => name)
  const shared = { batch, exact }
  const taps = () => draw.some(names, 3)
  // One layer that learns is left.
  const kept = draw.pick(nodes.filter(({ parameters }) => parameters.some(({ role }) => role === 'learned'))).node.name
  const frozen = draw.chance(0.2)
    ? draw.some(
        names.slice(1).filter((name) => name !== kept),
        3,
      )
    : []
  const smoothing = draw.pick([0, 0, 0.1])
  const loss = { kind: 'cross-entropy', smoothing } as const
  const source = draw.chance(0.75) ? undefined : draw.pick(names.slice(1))
  const statistics = draw.pick(['batch', 'tracked'] as const)
  const clipNorm = draw.weighted([3, undefined], [1, 0.1], [1, 100])
  const gradients = {
    kind: 'gradients',
    of: source === undefined ? { loss } : { node: source },
    to: targetsOf(
      draw,
      statistics === 'tracked' ? withoutHeads(nodes, source === undefined ? [] : [source]) : nodes,
      source,
      frozen,
    ),
    statistics,
  } as const
  return {
    scores: { ...shared, taps: taps() },
    gradients: { ...shared, frozen, taps: taps(), goal: gradients },
    training: {
      ...shared,
      frozen,
      goal: {
        kind: 'training',
        loss,
        optimizer: {
          kind: draw.pick(optimizerKinds),
          ...(draw.chance(0.5) && { weightDecay: 0.01 }),
        },
        decay: draw.pick(['weights', 'all']),
        ...(clipNorm === undefined ? { update: draw.pick(['at once', 'together']) } : { clipNorm }),
      },
    },
  }
}

/** Weights and pictures, and a node in front of what the gradient is of. A weight behind it has no gradient. */
function targetsOf(
  draw: Draw,
  nodes: readonly SizedNode[],
  source: string | undefined,
  frozen: readonly string[],
): readonly GradientTarget[] {
  const before = new Set(source === undefined ? nodes.map(({ node }) => node.name) : [source])
  for (const { node } of nodes.toReversed())
    if (before.has(node.name)) for (const name of source === undefined ? node.inputs : inputsOf(node)) before.add(name)
  const weights = nodes.flatMap(({ node, parameters }) =>
    before.has(node.name) && !frozen.includes(node.name)
      ? parameters.filter(({ role }) => role === 'learned').map(({ name }) => ({ weight: `${node.name}.${name}` }))
      : [],
  )
  const inner = nodes.slice(1, -1).filter(({ node }) => before.has(node.name) && node.name !== source)
  return [
    'pictures',
    ...(source === undefined ? (['weights'] as const) : weights),
    ...(inner.length > 0 && draw.chance(0.3) ? [{ node: draw.pick(inner).node.name }] : []),
  ]
}
