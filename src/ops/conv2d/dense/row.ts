/** One picture through a fully connected layer: its terms in chunks, whose sums are added up in order. */

import { rangesOf } from '../../kernel/ranges.ts'
import type { Bounds } from '../../pointwise/table.ts'
import { call } from '../../wasm/call.ts'
import { cut } from '../arguments.ts'
import { lines, tilesWanted } from '../blocks.ts'
import type { Layout, ProductAddresses } from '../layout.ts'
import type { DenseShape } from './shape.ts'

/** The longest range of sums that fits into a first-level cache together with the streams of weights. */
const mostRowColumns = 4096

export function singleRow({ terms, columns }: DenseShape, bounds: Bounds): Layout<ProductAddresses> {
  const columnsEach = Math.min(columns, mostRowColumns)
  const wanted = Math.min(tilesWanted(terms * columns), 16)
  // Multiples of eight.
  const termsEach = Math.ceil(terms / wanted / 8) * 8
  const chunks = Math.ceil(terms / termsEach)
  const sumsPitch = lines(columns * 4)
  const tiles = chunks * Math.ceil(columns / columnsEach)
  const sum = rangesOf(columns, chunks, 16)
  return {
    workspace: { shared: chunks * sumsPitch },
    calls({ source, filters: weights, bias, target, shared: sums }) {
      const chunked = { source, terms, termsEach, weights, columns, columnsEach, sums, sumsPitch }
      const added = { sums, chunks, sumsPitch, bias, target, columns, columnsEach: sum.chunk, ...cut(bounds) }
      return { run: [call('denseRow', chunked, tiles), call('denseRowSum', added, sum.tiles)] }
    },
  }
}
