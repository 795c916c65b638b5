/** Advice: what a person who knows ConvNets would say about a network's numbers before it is trained. */

import type { Network } from '../../network/network.ts'
import type { SizedNode } from '../../network/volumes.ts'
import type { WindowSpec } from '../../ops/window.ts'
import type { PlanMemory } from '../../plan/types.ts'

/** One piece of advice. */
export interface Advice {
  /** The rule: `first-fc`. */
  readonly id: string
  /** The layers that it is about, in the network's order. */
  readonly layers: readonly string[]
  /** What was found, with its numbers. */
  readonly says: string
  /** What to do. */
  readonly advice: string
  /** The numbers by name, for programs. */
  readonly numbers: Readonly<Record<string, number>>
}

/** A rule: a row of the table. */
export interface AdviceRule {
  readonly id: string
  /** When it speaks, as docs/cli.md has it. */
  readonly when: string
  /** What it finds; nothing where all is well. */
  find(context: AdviceContext): readonly Omit<Advice, 'id'>[]
}

/** What rules look at. */
export interface AdviceContext {
  readonly network: Network
  readonly layers: readonly AdvisedLayer[]
  /** Learned numbers of all layers, and values of all volumes of one image as the notes add them up. */
  readonly totals: { readonly parameters: number; readonly activations: number }
  /** A training that was planned, and what it may take; absent where none was. */
  readonly training?: PlannedTraining
}

export interface PlannedTraining {
  readonly batch: number
  readonly memory: PlanMemory
  /** Bytes that it may take. */
  readonly limit: number
  /** The largest batch within the limit, plain and with recomputation; 0 where none fits. Asked for only if it matters. */
  largestBatch(recompute: boolean): number
  /** Bytes at the planned batch with recomputation. */
  recomputedBytes(): number
}

/** A layer with what rules ask of it. */
export interface AdvisedLayer {
  readonly name: string
  readonly sized: SizedNode
  readonly parameters: number
  /** Values of its volume where the notes count it, of one image. */
  readonly activations: number
  /** Its window, if it slides one over the map. */
  readonly window?: WindowSpec
  /** Whether each output sees the whole map, as in FC and GAP. */
  readonly isWhole: boolean
  /** Filters [F, F, C/groups, K] that all positions share, where it learns any; FC's cover the map. */
  readonly filters?: readonly [rows: number, columns: number, depth: number, count: number]
  /** Layers that read it. */
  readonly readers: readonly string[]
}
