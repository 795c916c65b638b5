/** Questions about a trained network that a person gives: what it is, to try it, and to train it for other classes. */

import type { Volume } from 'lenslet/core'

/** Which layers keep their weights. */
export type Freeze = 'all-but-head' | 'none' | `until:${string}`

export interface PretrainedFacts {
  readonly name: string
  /** In the notation. */
  readonly text: string
  readonly input: Volume
  readonly layers: number
  readonly parameters: number
  /** Multiply–accumulates for one image. */
  readonly macs: number
  /** Scores, and the names of their classes where the file has them. */
  readonly scores: number
  readonly classes: readonly string[]
  /** How it wants images: a sentence each. */
  readonly preparation: readonly string[]
  /** What was changed or left out when it was read. */
  readonly notes: readonly string[]
  /** The layer that decides the number of scores; undefined where there is none, and it cannot be trained for other classes. */
  readonly head: string | undefined
  /** Layers with weights, behind which training may begin. */
  readonly stops: readonly string[]
}

/** The network for the classes of a project, and settings that suit it. */
export interface Tuning {
  readonly text: string
  readonly batch: number
  readonly optimizer: string
  readonly rate: number
  readonly schedule: string
  readonly epochs: number
  readonly augment: string
}

export interface PretrainedCalls {
  /** Reads a model of any format that the library imports. Other files are those that it names: weights beside a network. */
  'pretrained.read': { readonly ask: { readonly files: readonly File[] }; readonly answer: PretrainedFacts }
  /** Makes it the model that is tried and looked into. */
  'pretrained.use': { readonly ask: object; readonly answer: { readonly description: string } }
  'pretrained.tune': {
    readonly ask: { readonly classes: readonly string[]; readonly count: number; readonly freeze: Freeze }
    readonly answer: Tuning
  }
}
