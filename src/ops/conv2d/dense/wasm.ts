/** Convolutions whose filter covers the whole picture (fully connected layers) as products with an unpacked matrix. */

import { type Bounds, boundsOf } from '../../pointwise/table.ts'
import { call } from '../../wasm/call.ts'
import { cut } from '../arguments.ts'
import { evenPanels, evenPiece, lines, tilesWanted } from '../blocks.ts'
import { coversPicture } from '../geometry.ts'
import type { Layout, ProductAddresses } from '../layout.ts'
import type { Way } from '../ways.ts'
import { singleRow } from './row.ts'
import { type DenseShape, denseShape } from './shape.ts'

export const denseForward: Way<ProductAddresses> = {
  name: 'dense',
  fits: coversPicture,
  layOut(work) {
    const shape = denseShape(work)
    // A row that is always alone: its sums go in another order, so that more of them run at once.
    return work.largestBatch === 1 ? singleRow(shape, work.bounds) : productLayout(shape, false, work.bounds)
  },
}

/** dY·Wᵀ: the product of the same weights with rows of K terms. */
export const denseInputGradient: Way<ProductAddresses> = {
  name: 'dense',
  fits: coversPicture,
  layOut(work) {
    const { rows, terms, columns } = denseShape(work)
    return productLayout({ rows, terms: columns, columns: terms }, true, boundsOf('none'))
  },
}

/** Terms that are packed at a time, of four panels: 32 KB. */
const mostTerms = 256

function blocksOf({ rows, terms, columns }: DenseShape) {
  const blockRows = evenPiece(rows, 192)
  const rowBlocks = Math.ceil(rows / blockRows)
  const panels = Math.ceil(columns / 8)
  // At least four panels side by side, so that packing reads whole cache lines.
  const ranges = Math.ceil(tilesWanted(rows * terms * columns) / rowBlocks)
  const blockPanels = Math.min(32, Math.max(Math.min(4, panels), evenPanels(panels, panels / ranges)))
  return {
    blocks: { blockRows, blockPanels, blockTerms: Math.min(terms, mostTerms) },
    tiles: rowBlocks * Math.ceil(panels / blockPanels),
  }
}

/** `transposed`: the weights lie as [columns, terms]. */
function productLayout(shape: DenseShape, transposed: boolean, bounds: Bounds): Layout<ProductAddresses> {
  const { terms, columns } = shape
  const { blocks, tiles } = blocksOf(shape)
  const { blockRows, blockPanels, blockTerms } = blocks
  const pitches = {
    sourcePitch: terms * 4,
    weightsPitch: (transposed ? terms : columns) * 4,
    targetPitch: columns * 4,
  }
  const sizes = { ...shape, ...pitches, transposed: transposed ? 1 : 0, ...cut(bounds), ...blocks }
  return {
    workspace: { perThread: 3 * lines(blockRows * 4) + blockPanels * blockRows * 32 + 4 * blockTerms * 32 },
    calls: ({ source, filters: weights, bias, target }) => ({
      run: [call('denseProduct', { source, weights, bias, target, ...sizes }, tiles)],
    }),
  }
}
