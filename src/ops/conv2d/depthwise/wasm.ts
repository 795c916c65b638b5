/** Depthwise convolution and its input gradient: sums over taps, channel by channel. */

import { type Bounds, boundsOf } from '../../pointwise/table.ts'
import { call } from '../../wasm/call.ts'
import { cut, pictures, results, slide, tapsOfFilter } from '../arguments.ts'
import { type Correlation, forwardCorrelation, inputGradientCorrelations } from '../correlation.ts'
import { inSequence, type Layout, type ProductAddresses } from '../layout.ts'
import type { Way } from '../ways.ts'
import { backwardShape, blocksOf, type DepthwiseShape, forwardShape, isDepthwise, padded } from './shape.ts'

export const depthwiseForward: Way<ProductAddresses> = {
  name: 'depthwise',
  fits: isDepthwise,
  layOut: (work) => layoutOf(forwardCorrelation(work.window), forwardShape(work), work.window.kernel[1], work.bounds),
}

export const depthwiseInputGradient: Way<ProductAddresses> = {
  name: 'depthwise',
  fits: isDepthwise,
  layOut: (work) =>
    inSequence(
      inputGradientCorrelations(work.window).map((correlation) =>
        layoutOf(correlation, backwardShape(work), work.window.kernel[1], boundsOf('none')),
      ),
    ),
}

/**
 * Large pictures are read where they are; of small ones a padded copy is quicker than their many edges (14×14: 1.7 times),
 * and of those whose pixels lie a power of two apart, as they would push each other out of the first cache.
 */
function readsInPlace({ source }: Correlation, { channels, up, down, passes }: DepthwiseShape): boolean {
  return up === 1 && down === 1 && passes === 1 && channels % 8 === 0 && channels % 256 !== 0 && source[1] >= 48
}

/** `filterWidth` is F's second side. */
function layoutOf(
  correlation: Correlation,
  shape: DepthwiseShape,
  filterWidth: number,
  bounds: Bounds,
): Layout<ProductAddresses> {
  const { taps } = correlation
  const { images, channels, sourceChannels, up, down, passes } = shape
  const inPlace = readsInPlace(correlation, shape)
  const { blocks, count, ranges, bytes } = blocksOf(correlation, shape, () => 0)
  const packs = { filterWidth, ...tapsOfFilter(correlation), passes, up, channels }
  const rows = 1 + passes * taps[0] * taps[1]
  return {
    workspace: { prepared: rows * padded(channels) * 4, perThread: inPlace ? 0 : 128 + bytes },
    calls({ source, filters, bias, target, prepared: packed }) {
      const from = { ...pictures(correlation, source, sourceChannels), images, ...slide(correlation) }
      const to = { packed, channels, ...results(correlation, target, channels), ...cut(bounds), ...blocks }
      const tiles = count * ranges
      const sums = inPlace
        ? call('depthwiseInPlace', { ...from, ...to }, tiles)
        : call('depthwiseProduct', { ...from, up, down, passes, ...to }, tiles)
      return { prepare: [call('depthwisePack', { filters, bias, ...packs, packed }, rows)], run: [sums] }
    },
  }
}
