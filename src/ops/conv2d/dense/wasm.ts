/** Convolutions whose filter covers the whole picture (fully connected layers) as products with an unpacked matrix. */

import { rangesOf } from '../../kernel/ranges.ts'
import type { Bounds } from '../../pointwise/table.ts'
import type { Workspace } from '../../target.ts'
import type { WasmCall } from '../../wasm/types.ts'
import { evenPanels, evenPiece, lines, tilesWanted } from '../blocks.ts'
import { coversPicture } from '../geometry.ts'
import type { Conv2dWork } from '../work.ts'

/** rows × terms times terms × columns. */
export interface DenseShape {
  readonly rows: number
  readonly terms: number
  readonly columns: number
  /** A row that never has others beside it: its sums go in another order, so that more of them run at once. */
  readonly single: boolean
}

/** The geometry as a matrix product [n, F·F·C]·[F·F·C, K]; undefined where windows do not cover the picture exactly. */
export function denseShape(geometry: Conv2dWork): DenseShape | undefined {
  if (!coversPicture(geometry)) return undefined
  const { batch, window, channels, filters } = geometry
  const terms = window.kernel[0] * window.kernel[1] * channels
  return { rows: batch, terms, columns: filters, single: geometry.largestBatch === 1 }
}

/** Terms that are packed at a time, of four panels: 32 KB. */
const blockTerms = 256

function blocksOf({ rows, terms, columns }: DenseShape) {
  const blockRows = evenPiece(rows, 192)
  const rowBlocks = Math.ceil(rows / blockRows)
  const panels = Math.ceil(columns / 8)
  // At least four panels side by side, so that packing reads whole cache lines.
  const ranges = Math.ceil(tilesWanted(rows * terms * columns) / rowBlocks)
  const blockPanels = Math.min(32, Math.max(Math.min(4, panels), evenPanels(panels, panels / ranges)))
  return { blockRows, blockPanels, tiles: rowBlocks * Math.ceil(panels / blockPanels) }
}

/** The longest range of sums that stays in a first-level cache beside the streams of weights. */
const mostRowColumns = 4096

/** A single row: its terms in chunks, which are multiples of eight. */
function rowPlan({ terms, columns }: DenseShape) {
  const columnsEach = Math.min(columns, mostRowColumns)
  const wanted = Math.min(tilesWanted(terms * columns), 16)
  const termsEach = Math.ceil(terms / wanted / 8) * 8
  const chunks = Math.ceil(terms / termsEach)
  return { columnsEach, termsEach, chunks, pitch: lines(columns * 4), tiles: chunks * Math.ceil(columns / columnsEach) }
}

export function denseWorkspace(shape: DenseShape, transposed: boolean): Workspace {
  if (!shape.single || transposed) return { perThread: productScratch(shape) }
  const { chunks, pitch } = rowPlan(shape)
  return { shared: chunks * pitch }
}

function productScratch(shape: DenseShape): number {
  const { blockRows, blockPanels } = blocksOf(shape)
  return 3 * lines(blockRows * 4) + blockPanels * blockRows * 32 + 4 * Math.min(shape.terms, blockTerms) * 32
}

export interface DenseAddresses {
  readonly source: number
  readonly weights: number
  /** 0: none. */
  readonly bias: number
  readonly target: number
  readonly shared: number
}

/** `transposed`: the weights lie as [columns, terms]. */
export function denseCalls(
  shape: DenseShape,
  transposed: boolean,
  at: DenseAddresses,
  bounds: Bounds,
): readonly WasmCall[] {
  const { rows, terms, columns, single } = shape
  const { source, weights, bias, target, shared } = at
  if (single && !transposed) {
    const { columnsEach, termsEach, chunks, pitch, tiles } = rowPlan(shape)
    const sum = rangesOf(columns, chunks, 16)
    return [
      { kernel: 'denseRow', args: [source, terms, termsEach, weights, columns, columnsEach, shared, pitch], tiles },
      {
        kernel: 'denseRowSum',
        args: [shared, chunks, pitch, bias, target, columns, sum.chunk, ...bounds],
        tiles: sum.tiles,
      },
    ]
  }
  const { blockRows, blockPanels, tiles } = blocksOf(shape)
  const args = [
    source,
    terms * 4,
    rows,
    terms,
    weights,
    (transposed ? terms : columns) * 4,
    transposed ? 1 : 0,
    bias,
    target,
    columns * 4,
    columns,
    ...bounds,
    blockRows,
    blockPanels,
    Math.min(terms, blockTerms),
  ]
  return [{ kernel: 'denseProduct', args, tiles }]
}
