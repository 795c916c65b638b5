/** The forward steps of a training, or of a plan for gradients. */

import type { LossSettings } from '../ops/losses/table.ts'
import { scalarsSpec, seedSpec } from '../ops/scalars.ts'
import type { Value } from '../ops/types.ts'
import type { Base } from './composition.ts'
import type { Draft, DraftValue } from './draft.ts'
import { fuse } from './fuse.ts'
import { type Head, lossHeads } from './heads.ts'
import { lower, outputOf, tapsOf } from './lower.ts'

/** What changes from step to step, and is written by the host. */
export function addScalars(draft: Draft): { readonly scalars: DraftValue; readonly seed: DraftValue } {
  return {
    scalars: draft.value('scalars', 'scalars', scalarsSpec),
    seed: draft.value('seed', 'scalars', seedSpec),
  }
}

export interface ForwardOptions {
  /** Normalize by the batch's statistics and draw what is random, except in frozen layers. */
  readonly asTraining: boolean
  readonly seed: DraftValue
  /** The loss that is taken of the output. */
  readonly loss?: LossSettings | undefined
  /** Of all nodes' outputs, those that a gradient starts at or is taken to. */
  held(outputs: ReadonlyMap<string, Value>): readonly Value[]
  /** Nodes that a gradient is taken to: the gradient of a value that two nodes share would be that of both. */
  readonly apart?: ReadonlySet<string>
  /** Parameters whose gradient is needed. */
  readonly learned: readonly Value[]
}

export interface Forward {
  /** The last layer's, or, where the loss takes logits, what flows into a closing softmax. */
  readonly output: Value
  /** Where the loss is taken, and of what; empty without a loss. */
  readonly heads: readonly (readonly [Head, Value])[]
  readonly tapped: ReadonlyMap<string, Value>
}

export function addForward(base: Base, options: ForwardOptions): Forward {
  const { nodes, draft, pictures, parameters, frozen, taps } = base
  const { asTraining, seed, loss, held, apart, learned } = options
  // Nobody needs a distribution itself, unless it was asked for.
  const wanted = new Set([...taps, ...(apart ?? [])])
  const heads = loss === undefined ? [] : lossHeads(nodes, loss, { wanted, auxiliary: asTraining })
  const live = (node: string) => asTraining && !frozen.has(node)
  const outputs = lower(draft, nodes, {
    pictures,
    parameters,
    statistics: (node) => (live(node) ? 'batch' : 'tracked'),
    seed: (node) => (live(node) ? seed : undefined),
    skipped: new Set(heads.flatMap(({ skipped = [] }) => skipped)),
    ...(apart && { apart }),
  })
  const lossOf = heads.map((head) => [head, outputs.get(head.output.node.name) as Value] as const)
  const output = lossOf[0]?.[1] ?? outputOf(nodes, outputs)
  const tapped = tapsOf(taps, outputs)
  const kept = [output, ...lossOf.map(([, value]) => value), ...tapped.values(), ...held(outputs)]
  draft.steps = fuse(draft, draft.steps, {
    held: new Set(kept.map((value) => draft.rootId(value))),
    learned: new Set(learned.map(({ id }) => id)),
  })
  return { output, heads: lossOf, tapped }
}
