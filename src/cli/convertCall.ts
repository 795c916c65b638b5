/** The options of `lenslet convert`. */

import type { PreprocessCall } from './preprocess.ts'

export interface ConvertCall extends PreprocessCall {
  readonly network?: string
  readonly foldBn?: boolean
  readonly fcToConv?: boolean
  readonly half?: boolean
  readonly verify: boolean
  readonly json?: boolean
}
