/** What `eval` is asked, and what it finds. */

import type { Dataset } from '../data/dataset.ts'
import type { Average } from '../data/views.ts'
import type { Evaluation } from '../train/evaluation.ts'
import type { DataOptions } from './data.ts'
import type { SplitName } from './evalSplit.ts'
import type { PreprocessCall } from './preprocess.ts'

export interface EvalCall extends DataOptions, PreprocessCall {
  readonly data: string
  readonly split: SplitName
  readonly size?: { readonly height: number; readonly width: number }
  readonly views?: string
  readonly average?: Average
  readonly threads?: number
  readonly exact?: boolean
  readonly json?: boolean
  readonly csv?: boolean
}

/** What is known of an evaluation besides its numbers. */
export interface EvaluatedModels {
  readonly result: Evaluation
  /** Of the data, as opened for the last model. */
  readonly notices: Dataset['notices']
  /** The models' own words about where they come from, those that have some. */
  readonly origins: readonly string[]
  readonly models: readonly string[]
  readonly views: { readonly name: string; readonly count: number; readonly average: string } | null
}
