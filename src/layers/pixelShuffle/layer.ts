/**
 * PIXELSHUFFLE2 (Shi et al. 2016): depth to space: r·r·C channels of a pixel become r×r pixels of C channels. PIXELUNSHUFFLE2
 * is the inverse. In PyTorch's order (ONNX: CRD) channel c·r² + dy·r + dx is channel c at (dy, dx); with `dcr`, TensorFlow's
 * order, channel (dy·r + dx)·C + c is.
 */

import { boolean, object } from '../../core/schema.ts'
import type { Volume } from '../../core/shapes.ts'
import { permute } from '../../ops/permute/op.ts'
import type { Pair } from '../../ops/window.ts'
import { VolumeError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Sight } from '../sight.ts'
import type { Layer } from '../types.ts'
import { pairSchema, readPair, writePair } from '../window.ts'

interface PixelShuffleAttributes {
  /** r for each axis. */
  readonly block: Pair
  /** TensorFlow's order of channels: depth last. */
  readonly depthLast: boolean
}

interface Direction {
  output(block: Pair, volume: Volume): Volume
  sight(block: Pair): Sight
  /** Axes of an image, [H, W, D] with the block split off, and their new order. */
  axes(block: Pair, volume: Volume, depthLast: boolean): readonly number[]
  order(depthLast: boolean): readonly number[]
}

function layerOf<T extends string>(type: T, word: string, direction: Direction) {
  const { output, sight, axes, order } = direction
  const layer: Layer<PixelShuffleAttributes, object, T> = {
    type,
    notation: {
      word,
      form: { size: 'required', flags: { dcr: "TensorFlow's order of channels" }, example: `${word}2` },
      read: ({ size, flags = [] }) => ({ block: readPair(size, 1, 'the block'), depthLast: flags.includes('dcr') }),
      write: ({ block, depthLast }) => ({ size: writePair(block), flags: depthLast ? ['dcr'] : [] }),
    },
    attributes: object({ block: pairSchema, depthLast: boolean }),
    inputs: oneInput,
    output: ({ block }, volume) => output(block, volume),
    sight: ({ block }) => sight(block),
    lower({ attributes: { block, depthLast }, x, emit }) {
      const { height, width, channels } = output(block, x.volume)
      const attributes = { axes: axes(block, x.volume, depthLast), order: order(depthLast) }
      return only(emit(permute, { ...attributes, volume: [height, width, channels] }, [x]))
    },
    describe: ({ block, depthLast }) => `${block.join('×')}${depthLast ? ', depth last' : ''}`,
  }
  return layer
}

export const pixelShuffle = layerOf('pixelshuffle', 'PIXELSHUFFLE', {
  output([down, across], { height, width, channels }) {
    const each = channels / (down * across)
    if (Number.isInteger(each)) return { height: height * down, width: width * across, channels: each }
    throw new VolumeError('the channels must divide evenly into the pixels of a PIXELSHUFFLE block', {
      received: `${channels} channels for ${down}×${across} pixels`,
      expected: `a multiple of ${down * across}`,
    })
  },
  sight: (factor) => ({ kind: 'upsample', factor }),
  axes([down, across], { height, width, channels }, depthLast) {
    const depth = channels / (down * across)
    return depthLast ? [height, width, down, across, depth] : [height, width, depth, down, across]
  },
  order: (depthLast) => (depthLast ? [0, 2, 1, 3, 4] : [0, 3, 1, 4, 2]),
})

export const pixelUnshuffle = layerOf('pixelunshuffle', 'PIXELUNSHUFFLE', {
  output([down, across], { height, width, channels }) {
    if (height % down === 0 && width % across === 0) {
      return { height: height / down, width: width / across, channels: channels * down * across }
    }
    throw new VolumeError('the block of PIXELUNSHUFFLE must divide the sides of the image', {
      received: `${height}×${width} in blocks of ${down}×${across}`,
      expected: `multiples of ${down} rows and ${across} columns`,
      advice: 'add PAD or CROP before it',
    })
  },
  sight: (block) => ({
    kind: 'window',
    window: { kernel: block, stride: block, padding: [0, 0, 0, 0], dilation: [1, 1] },
  }),
  axes: ([down, across], { height, width, channels }) => [height / down, down, width / across, across, channels],
  order: (depthLast) => (depthLast ? [0, 2, 1, 3, 4] : [0, 2, 4, 1, 3]),
})
