/** The options of `lenslet convert`. */

export interface ConvertCall {
  readonly network?: string
  readonly foldBn?: boolean
  readonly fcToConv?: boolean
  readonly half?: boolean
  readonly verify: boolean
  readonly json?: boolean
}
