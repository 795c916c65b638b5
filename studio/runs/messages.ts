/** Questions about the runs that are kept in the browser. */

import type { Loaded, Story, Wish } from '../take/messages.ts'
import type { DataName } from '../train/dataNames.ts'
import type { Settings } from '../train/messages.ts'

export interface RunFacts {
  readonly id: string
  readonly name: string
  /** Milliseconds since 1970. */
  readonly date: number
  /** Of all its files. */
  readonly bytes: number
  /** 0 to 1, on images that were not trained on. */
  readonly accuracy?: number | undefined
  readonly text: string
  readonly data: DataName
  readonly seed: number
  readonly settings: Settings
  readonly epoch: number
}

export interface RunsCalls {
  'runs.list': { readonly ask: object; readonly answer: { readonly runs: readonly RunFacts[] } }
  /** The model as it is at this moment. */
  'runs.keep': {
    readonly ask: { readonly name: string; readonly text: string; readonly wish: Wish; readonly story: Story }
    readonly answer: RunFacts
  }
  'runs.open': { readonly ask: { readonly id: string }; readonly answer: Loaded & { readonly run: RunFacts } }
  'runs.rename': { readonly ask: { readonly id: string; readonly name: string }; readonly answer: RunFacts }
  'runs.remove': { readonly ask: { readonly id: string }; readonly answer: object }
}
