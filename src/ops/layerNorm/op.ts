/**
 * Layer normalization (Ba et al. 2016) over the channels of each position, as ConvNeXt has it (Liu et al. 2022): to mean 0
 * and variance 1, biased as in PyTorch, then scaled and shifted by channel. Backward keeps x only: what belongs to a row is
 * found again while the row is in the cache.
 */

import { affineCount, affineOf, describeAffine } from '../affine.ts'
import { lastAxis } from '../arrays.ts'
import { expectArrays, giveEach } from '../batchNorm/arrays.ts'
import { OpShapeError } from '../errors.ts'
import type { ArraySpec, Op, Value } from '../types.ts'
import type { LayerNormAttributes } from './attributes.ts'
import { layerNormGradientReference, layerNormReference } from './reference.ts'

export type { LayerNormAttributes } from './attributes.ts'

const describe = ({ epsilon, ...affine }: LayerNormAttributes) => [`ε ${epsilon}`, ...describeAffine(affine)].join(', ')

/** [x, scale?, shift?] → [y] */
export const layerNorm: Op<LayerNormAttributes> = {
  kind: 'layerNorm',
  describe,
  outputs(_attributes, inputs) {
    expectArrays('layerNorm', inputs, 1)
    const x = inputs[0] as ArraySpec
    if (lastAxis(x) < 2)
      throw new OpShapeError('layerNorm: a single channel has no variance', {
        received: '1 channel',
        expected: 'at least 2 channels',
      })
    return [x]
  },
  inPlace: [[0, 0]],
  gradient({ attributes, inputs }, [dy], tape) {
    const [x, ...affine] = inputs as readonly [Value, ...Value[]]
    if (dy === undefined) return
    const { scale, shift } = affineOf(attributes, affine)
    const given = scale === undefined ? [x, dy] : [x, dy, scale]
    giveEach(tape, [x, scale, shift], tape.emit(layerNormGradient, attributes, given))
  },
  reference: layerNormReference,
}

/** [x, dy, scale?] → [dx, dscale, dshift]; the last two also where nothing learns them. */
export const layerNormGradient: Op<LayerNormAttributes> = {
  kind: 'layerNorm.gradient',
  describe,
  outputs(attributes, inputs) {
    const channels = expectArrays('layerNorm.gradient', inputs, 2)
    if (inputs.length !== 2 + affineCount({ ...attributes, shift: false }))
      throw new OpShapeError('layerNorm.gradient: its inputs do not fit its attributes', {
        received: `${inputs.length} inputs`,
        expected: 'x, dy, and the scale where there is one',
      })
    return [inputs[0] as ArraySpec, channels, channels]
  },
  outputNames: ['dscale', 'dshift'],
  inPlace: [
    [1, 0],
    [0, 0],
  ],
  gradient: 'none',
  reference: layerNormGradientReference,
}

export const layerNormOps = { layerNorm, 'layerNorm.gradient': layerNormGradient } as const
