/** Questions about a text: the network that it is, and what a training of that network takes. */

import type { Volume } from 'lenslet/core'
import type { Padding, Pair } from '../engine/window.ts'

export interface LayerFacts {
  readonly name: string
  readonly type: string
  readonly word: string
  /** Where the text says it, in UTF-16 units. */
  readonly span: readonly [from: number, to: number]
  readonly sources: readonly string[]
  readonly inputs: readonly Volume[]
  readonly output: Volume
  readonly description: string
  /** Works on the volume in place: it is drawn with the layer before it. */
  readonly isInPlace: boolean
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly parameters: number
  readonly macs: number
  /** Values that it keeps for one image. */
  readonly activations: number
  readonly field: { readonly size: Pair; readonly stride: Pair; readonly start: Pair }
  readonly window?: { readonly kernel: Pair; readonly stride: Pair; readonly padding: Padding; readonly dilation: Pair }
  readonly notices: readonly string[]
}

export interface Totals {
  readonly parameters: number
  readonly macs: number
  readonly activations: number
}

/** What a network is, computed at once. */
export interface DesignFacts {
  readonly text: string
  readonly layers: readonly LayerFacts[]
  readonly totals: Totals
}

export interface PlanQuestion {
  readonly text: string
  /** Images a training step. */
  readonly batch: number
  /** Bytes that a training may take. */
  readonly memory: number
  readonly optimizer: string
}

/** What its training takes: planning takes longer, so it is a question of its own. */
export interface PlanFacts {
  /** Bytes by source, the largest first. */
  readonly memory: readonly { readonly source: string; readonly bytes: number }[]
  readonly arenaBytes: number
  /** An SVG: the arena over the steps of a training. */
  readonly arena: string
  /** 0: not even one image fits. */
  readonly largestBatch: number
  readonly advice: readonly { readonly layers: readonly string[]; readonly says: string; readonly advice: string }[]
}

export interface DesignCalls {
  'design.facts': { readonly ask: { readonly text: string }; readonly answer: DesignFacts }
  'design.plan': { readonly ask: PlanQuestion; readonly answer: PlanFacts }
}
