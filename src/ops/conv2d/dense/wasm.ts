/** Convolutions whose filter covers the whole picture (fully connected layers) as products with an unpacked matrix. */

import type { WasmCall } from '../../types.ts'
import { evenPiece, lines, tilesWanted } from '../blocks.ts'
import type { Conv2dGeometry } from '../geometry.ts'

/** rows × terms times terms × columns. */
export interface DenseShape {
  readonly rows: number
  readonly terms: number
  readonly columns: number
}

/** The geometry as a matrix product [n, F·F·C]·[F·F·C, K]; undefined where windows do not cover the picture exactly. */
export function denseShape({ batch, window, channels, filters, groups }: Conv2dGeometry): DenseShape | undefined {
  const { kernel, input, output, padding } = window
  const whole = kernel[0] === input[0] && kernel[1] === input[1] && output[0] === 1 && output[1] === 1
  if (!whole || groups !== 1 || padding.some((side) => side !== 0)) return undefined
  return { rows: batch, terms: kernel[0] * kernel[1] * channels, columns: filters }
}

/** Terms of a panel that is packed at a time: 16 KB, half of a first-level cache. */
const blockTerms = 512

function blocksOf({ rows, terms, columns }: DenseShape) {
  const blockRows = evenPiece(rows, 192)
  const rowBlocks = Math.ceil(rows / blockRows)
  const panels = Math.ceil(columns / 8)
  // At least two panels side by side, so that packing reads whole cache lines.
  const ranges = Math.ceil(tilesWanted(rows * terms * columns) / rowBlocks)
  const blockPanels = Math.min(32, Math.max(Math.min(2, panels), evenPiece(panels, panels / ranges)))
  return { blockRows, blockPanels, tiles: rowBlocks * Math.ceil(panels / blockPanels) }
}

export function denseScratch(shape: DenseShape): number {
  const { blockRows, blockPanels } = blocksOf(shape)
  return 3 * lines(blockRows * 4) + blockPanels * blockRows * 32 + Math.min(shape.terms, blockTerms) * 32
}

export interface DenseAddresses {
  readonly source: number
  readonly weights: number
  /** 0: none. */
  readonly bias: number
  readonly target: number
}

/** `transposed`: the weights lie as [columns, terms]. */
export function denseCall(shape: DenseShape, transposed: boolean, at: DenseAddresses, floor: number): WasmCall {
  const { rows, terms, columns } = shape
  const { blockRows, blockPanels, tiles } = blocksOf(shape)
  const weightsPitch = (transposed ? terms : columns) * 4
  const args = [
    at.source,
    terms * 4,
    rows,
    terms,
    at.weights,
    weightsPitch,
    transposed ? 1 : 0,
    at.bias,
    at.target,
    columns * 4,
    columns,
    floor,
    blockRows,
    blockPanels,
    Math.min(terms, blockTerms),
  ]
  return { kernel: 'denseProduct', args, tiles }
}
