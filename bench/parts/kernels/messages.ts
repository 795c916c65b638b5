/** What a variant's process is asked, and what it answers. */

import type { VariantName } from '../../../src/backends/wasm/variants.ts'
import { arithmeticRows } from './arithmetic.ts'
import { memoryRows } from './memory.ts'

/** Rows have functions, which no message carries: a row is named by its table and its place there. */
export const tables = { arithmetic: arithmeticRows, memory: memoryRows } as const
export type TableName = keyof typeof tables

export type Request =
  | { readonly kind: 'start'; readonly variant: VariantName; readonly peak: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'lay'; readonly table: TableName; readonly index: number }
  /** The row that was laid out, and then what it is measured by: the peak loop, or a memcpy; so long each. */
  | { readonly kind: 'turn'; readonly milliseconds: number }

export type Reply =
  | { readonly kind: 'started'; readonly peakFlops: number }
  /** The variant does not run on this engine. */
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'laid'; readonly values: Float32Array }
  /** Least times of a run; ms. */
  | { readonly kind: 'times'; readonly step: number; readonly beside: number }
  | { readonly kind: 'failed'; readonly reason: string }
