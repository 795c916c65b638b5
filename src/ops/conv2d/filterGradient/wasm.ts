/** The filters' gradient of every geometry: im2col(X)ᵀ·dY, its long sum in chunks. */

import { call } from '../../wasm/call.ts'
import { pictures, slide } from '../arguments.ts'
import { type Correlation, forwardCorrelation } from '../correlation.ts'
import { denseShape } from '../dense/shape.ts'
import { coversPicture } from '../geometry.ts'
import type { FilterGradientAddresses, Layout } from '../layout.ts'
import { forwardShape, type ProductShape } from '../shape.ts'
import type { Way } from '../ways.ts'
import { blocksOf } from './blocks.ts'
import { sumChunksCall } from './sums.ts'

export const productFilterGradient: Way<FilterGradientAddresses> = {
  name: 'gemm',
  fits: () => true,
  layOut: (work) => layoutOf(forwardCorrelation(work.window), forwardShape(work)),
}

const onePixel = forwardCorrelation({
  kernel: [1, 1],
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  input: [1, 1],
  output: [1, 1],
})

/** A filter that covers the whole picture is a 1×1 filter on one pixel of F·F·C channels. */
export const denseFilterGradient: Way<FilterGradientAddresses> = {
  name: 'dense',
  fits: coversPicture,
  layOut(work) {
    const { rows, terms, columns } = denseShape(work)
    return layoutOf(onePixel, { images: rows, mostImages: rows, groups: 1, channels: terms, columns })
  },
}

function layoutOf(correlation: Correlation, shape: ProductShape): Layout<FilterGradientAddresses> {
  const { images, groups, channels, columns } = shape
  const { blocks, sums, chunks, rows, tiles, scratch } = blocksOf(correlation, shape)
  // One chunk of whole panels is the result itself.
  const direct = chunks === 1 && columns % 8 === 0
  return {
    workspace: { perThread: scratch, ...(direct ? {} : { shared: chunks * sums.chunkBytes }) },
    calls({ source, gradient, target, shared }) {
      const from = { ...pictures(correlation, source, groups * channels), groups, channels, images }
      const to = { columns, sums: direct ? target : shared, ...sums }
      const all = { ...from, ...slide(correlation), gradient, ...to, ...blocks }
      const product = call('conv2dFilterGradient', all, tiles)
      if (direct) return { run: [product] }
      return { run: [product, sumChunksCall({ ...sums, chunks, rows, groups, columns }, shared, target)] }
    },
  }
}
