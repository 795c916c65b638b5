/** Questions about taking the model away, and bringing one back. */

import type { Lines } from '../train/curves.ts'
import type { DataName } from '../train/dataNames.ts'
import type { Prepared, Settings, TestFacts } from '../train/messages.ts'

/** The files that a model can be taken away as. One line in files.ts writes each. */
export const takeKinds = ['lenslet', 'onnx', 'safetensors', 'report'] as const
export type TakeKind = (typeof takeKinds)[number]

/** What is known of how the model came to be: the report tells it. */
export interface Story {
  readonly data: string
  readonly settings: Settings
  readonly seed: number
  readonly step: number
  readonly stepsPerEpoch: number
  readonly epoch: number
  readonly loss: Lines
  readonly accuracy: Lines
  readonly tested?: TestFacts | undefined
}

/** What a model that comes from outside is to be trained with, where that fits. */
export interface Wish {
  readonly data: DataName
  readonly seed: number
  readonly settings: Settings
}

export interface Loaded {
  /** The network in the notation. */
  readonly text: string
  /** Absent where the images do not fit the network: then it can be tried and looked into, but not trained. */
  readonly prepared?: Prepared
  /** Why it is absent. */
  readonly reason?: string
  /** What the reader changed or left out. */
  readonly notes: readonly string[]
}

export interface TakeCalls {
  /** The model that is there, if any. */
  'take.facts': { readonly ask: object; readonly answer: { readonly model?: ModelFacts } }
  'take.file': {
    readonly ask: { readonly kind: TakeKind; readonly title: string; readonly story?: Story }
    readonly answer: { readonly bytes: Uint8Array<ArrayBuffer> }
  }
  /** A model file of any format that the library reads takes the place of the model. */
  'take.load': { readonly ask: { readonly file: File; readonly wish: Wish }; readonly answer: Loaded }
}

export interface ModelFacts {
  readonly parameters: number
  readonly input: { readonly height: number; readonly width: number; readonly channels: number }
  readonly classes: readonly string[]
}
