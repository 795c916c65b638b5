/** What the page and the engine in its worker say to each other: plain data, each message one kind of a union. */

import type { Volume } from 'lenslet/core'
import type { Padding, Pair } from './engine/window.ts'

/** Asks for everything that follows from a text. Later ones replace earlier ones that were not answered. */
export interface DesignRequest {
  readonly kind: 'design'
  readonly id: number
  readonly text: string
  /** Images a training step. */
  readonly batch: number
  /** Bytes that a training may take. */
  readonly memory: number
  readonly optimizer: string
}

export type Request = DesignRequest

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

/** The CLI's message, in its parts, and where in the text it points. */
export interface Fault {
  readonly message: string
  readonly received?: string
  readonly expected?: string
  readonly advice?: string
  readonly span?: readonly [from: number, to: number]
}

export interface Totals {
  readonly parameters: number
  readonly macs: number
  readonly activations: number
}

/** What a network is, computed at once. */
export interface DesignReply {
  readonly kind: 'design'
  readonly id: number
  readonly text: string
  readonly layers: readonly LayerFacts[]
  readonly totals: Totals
}

/** What its training takes: planning takes longer, so it comes second. */
export interface TrainingReply {
  readonly kind: 'training'
  readonly id: number
  /** Bytes by source, the largest first. */
  readonly memory: readonly { readonly source: string; readonly bytes: number }[]
  readonly arenaBytes: number
  /** An SVG: the arena over the steps of a training. */
  readonly arena: string
  /** 0: not even one image fits. */
  readonly largestBatch: number
  readonly advice: readonly { readonly layers: readonly string[]; readonly says: string; readonly advice: string }[]
}

export interface FaultReply {
  readonly kind: 'fault'
  readonly id: number
  readonly fault: Fault
}

export type Reply = DesignReply | TrainingReply | FaultReply
