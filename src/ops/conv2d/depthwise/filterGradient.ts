/** The filters' gradient of depthwise convolution: each tap's sum over pictures and positions, in chunks of blocks. */

import { call } from '../../wasm/call.ts'
import { pictures, slide } from '../arguments.ts'
import { lines } from '../blocks.ts'
import { forwardCorrelation } from '../correlation.ts'
import { sumChunksCall } from '../filterGradient/sums.ts'
import type { FilterGradientAddresses } from '../layout.ts'
import type { Way } from '../ways.ts'
import { blocksOf, forwardShape, isDepthwise, padded } from './shape.ts'

export const depthwiseFilterGradient: Way<FilterGradientAddresses> = {
  name: 'depthwise',
  fits: isDepthwise,
  layOut(work) {
    const correlation = forwardCorrelation(work.window)
    const shape = forwardShape(work)
    const { images, channels, sourceChannels, down } = shape
    const { blocks, count, ranges, wanted, bytes } = blocksOf(correlation, shape, (gradientBytes) => gradientBytes)
    const chunkBlocks = Math.ceil(count / Math.max(1, Math.min(count, Math.ceil(wanted / ranges))))
    const chunks = Math.ceil(count / chunkBlocks)
    const rows = correlation.taps[0] * correlation.taps[1]
    const sumsPitch = padded(channels) * 4
    const chunkBytes = rows * sumsPitch
    return {
      workspace: { perThread: lines(bytes), shared: chunks * chunkBytes },
      calls({ source, gradient, target, shared: sums }) {
        const from = { ...pictures(correlation, source, sourceChannels), down, images, ...slide(correlation) }
        const to = { gradient, channels, sums, chunkBytes, sumsPitch, ...blocks, chunkBlocks }
        const chunked = { chunks, chunkBytes, rows, sumsPitch, groups: 1, groupPitch: 0, columns: channels }
        return {
          run: [
            call('depthwiseFilterGradient', { ...from, ...to }, ranges * chunks),
            sumChunksCall(chunked, sums, target),
          ],
        }
      },
    }
  },
}
