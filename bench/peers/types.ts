/** What a peer is: a name, a version, and how to make a contender for a piece of work. */

import type { Turn } from '../timing.ts'
import type { ForwardWork, TrainWork, Work } from '../work.ts'

export interface Peer {
  readonly name: string
  /** For the table's reader: `WebAssembly`, `native`, `JavaScript`. */
  readonly kind: string
  /** It is Lenslet, in one form or another: what the others are compared with. */
  readonly own?: true
  version(): string
  /** Why it cannot do this work with so many threads, or undefined where it can. Loads nothing. */
  refuses(work: Work, threads: number): string | undefined
  /** A forward pass; outputs are [n, h, w, c] of the last layer. */
  forward?(work: ForwardWork, threads: number): Promise<Contender>
  /** Training steps; outputs are what `checkedSteps` changed, as `changesOf` lays it out. */
  train?(work: TrainWork, threads: number): Promise<Contender>
}

/** A peer set up for one piece of work. */
export interface Contender {
  readonly outputs: Float32Array
  /** What really runs, where the peer says it. */
  readonly description?: string
  /** Works for about so many milliseconds, at least one run (one step, in training). */
  time(milliseconds: number): Promise<Turn>
}

/** What a child process sends to its parent. */
export type Reply =
  | { readonly kind: 'ready'; readonly outputs: Float32Array; readonly description?: string }
  /** The least time of a run, and the mean of what a run took of all its cores; ms. */
  | { readonly kind: 'times'; readonly time: number; readonly cpu: number }
  | { readonly kind: 'failed'; readonly reason: string }

/** What the parent asks of it. */
export type Request =
  | { readonly kind: 'start'; readonly peer: string; readonly work: Work; readonly threads: number }
  | { readonly kind: 'round'; readonly milliseconds: number }
