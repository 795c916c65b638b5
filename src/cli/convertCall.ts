/** The options of `lenslet convert`. */

import type { AskedSize } from './fitNetwork.ts'
import type { PreprocessCall } from './preprocess.ts'

export interface ConvertCall extends PreprocessCall {
  readonly network?: string
  readonly foldBn?: boolean
  readonly fcToConv?: boolean
  readonly half?: boolean
  /** Of the image, where the model leaves it open. */
  readonly size?: Pick<AskedSize, 'height' | 'width'>
  readonly verify: boolean
  readonly json?: boolean
}
