/** The forward steps of a training, or of a plan for gradients. */

import { checkDistribution, type LossSettings, resolveLoss } from '../ops/losses/table.ts'
import { scalarsSpec, seedSpec } from '../ops/scalars.ts'
import type { Value } from '../ops/types.ts'
import type { Base } from './composition.ts'
import type { Draft, DraftValue } from './draft.ts'
import { fuse } from './fuse.ts'
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
  readonly tapped: ReadonlyMap<string, Value>
}

export function addForward(base: Base, options: ForwardOptions): Forward {
  const { nodes, draft, pictures, parameters, frozen, taps } = base
  const { asTraining, seed, loss, held, apart, learned } = options
  const last = nodes.at(-1)
  const closing = loss !== undefined && last?.layer.distribution === true ? last : undefined
  if (closing) checkDistribution(closing.output)
  const takesLogits = closing !== undefined && loss !== undefined && resolveLoss(loss).takesLogits
  const live = (node: string) => asTraining && !frozen.has(node)
  const outputs = lower(draft, nodes, {
    pictures,
    parameters,
    statistics: (node) => (live(node) ? 'batch' : 'tracked'),
    seed: (node) => (live(node) ? seed : undefined),
    // Nobody needs the distribution itself, unless it was asked for.
    ...(takesLogits &&
      !taps.has(closing.node.name) &&
      !apart?.has(closing.node.name) && { skipped: closing.node.name }),
    ...(apart && { apart }),
  })
  const output = takesLogits ? (outputs.get(closing.node.inputs[0] as string) as Value) : outputOf(nodes, outputs)
  const tapped = tapsOf(taps, outputs)
  const kept = [output, ...tapped.values(), ...held(outputs)]
  draft.steps = fuse(draft, draft.steps, {
    held: new Set(kept.map((value) => draft.rootId(value))),
    learned: new Set(learned.map(({ id }) => id)),
  })
  return { output, tapped }
}
