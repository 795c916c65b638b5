/** Sums that are made in chunks, so that several workers share them, and added up in the chunks' order. */

import { rangesOf } from '../../kernel/ranges.ts'
import { call } from '../../wasm/call.ts'
import type { WasmCall } from '../../wasm/types.ts'

export interface ChunkedSums {
  readonly chunks: number
  readonly chunkBytes: number
  /** A chunk's rows, `sumsPitch` bytes each, hold `columns` values for each group, `groupPitch` bytes apart. */
  readonly rows: number
  readonly sumsPitch: number
  readonly groups: number
  readonly groupPitch: number
  readonly columns: number
}

export function sumChunksCall(
  { chunks, chunkBytes, rows, sumsPitch, groups, groupPitch, columns }: ChunkedSums,
  sums: number,
  target: number,
): WasmCall {
  const { chunk: rowsEach, tiles } = rangesOf(rows, groups * columns * chunks)
  const sizes = { chunks, chunkBytes, rows, sumsPitch, groups, groupPitch, columns, rowsEach }
  return call('sumChunks', { sums, target, ...sizes }, tiles)
}
