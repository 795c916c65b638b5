/**
 * Group normalization (Wu and He 2018): the values of a group of channels of one image to mean 0 and variance 1 (biased, as
 * in PyTorch), then scaled and shifted by channel. One group is layer normalization over the whole volume (Ba et al. 2016),
 * as many groups as channels are instance normalization (Ulyanov et al. 2016).
 *
 * Backward keeps x, and the statistics, which are written down for each channel. A ReLU taken into the store costs nothing,
 * as in batch normalization.
 */

import { affineOf } from '../affine.ts'
import { absorbRelu, expectArrays, giveEach, throughAbsorbed } from '../batchNorm/arrays.ts'
import { describeBatchNorm } from '../batchNorm/attributes.ts'
import { OpShapeError } from '../errors.ts'
import { expectSize, f32 } from '../specs.ts'
import type { ArraySpec, Op, Value } from '../types.ts'
import { type GroupNormAttributes, picturesExtent } from './attributes.ts'
import { groupNormGradientReference, groupNormReference } from './reference.ts'

export type { GroupNormAttributes } from './attributes.ts'

function describe({ groups, ...norm }: GroupNormAttributes): string {
  return `${groups} ${groups === 1 ? 'group' : 'groups'}, ${describeBatchNorm(norm)}`
}

/** [x, scale?, shift?] → [y, mean, inverseDeviation], the last two [n, channels]. */
export const groupNorm: Op<GroupNormAttributes> = {
  kind: 'groupNorm',
  describe,
  outputs({ groups }, inputs) {
    expectArrays('groupNorm', inputs, 1)
    const { pictures, rows, channels } = picturesExtent(inputs)
    if (channels % groups !== 0)
      throw new OpShapeError('groupNorm: the channels must divide evenly into the groups', {
        received: `${channels} channels in ${groups} groups`,
        expected: `a multiple of ${groups}`,
      })
    if (rows * (channels / groups) < 2)
      throw new OpShapeError('groupNorm: a single value has no variance', {
        received: 'one value in each group of an image',
        expected: 'at least two',
      })
    const statistics = f32(pictures, channels)
    return [inputs[0] as ArraySpec, statistics, statistics]
  },
  outputNames: ['mean', 'inverseDeviation'],
  inPlace: [[0, 0]],
  absorb: absorbRelu,
  gradient({ attributes, inputs, outputs }, [dy], tape) {
    const [x, ...affine] = inputs as readonly [Value, ...Value[]]
    const [, mean, inverse] = outputs
    if (dy === undefined || mean === undefined || inverse === undefined) return
    const { scale, shift } = affineOf(attributes, affine)
    const { passed, left } = throughAbsorbed(tape, attributes, dy)
    giveEach(tape, [x, scale, shift], tape.emit(groupNormGradient, left, [x, passed, mean, inverse, ...affine]))
  },
  reference: groupNormReference,
}

/** [x, dy, mean, inverseDeviation, scale?, shift?] → [dx, dscale, dshift]; the last two also where nothing learns them. */
export const groupNormGradient: Op<GroupNormAttributes> = {
  kind: 'groupNorm.gradient',
  describe,
  outputs(_attributes, inputs) {
    const { pictures, channels } = picturesExtent(inputs)
    const [x, , , , ...affine] = inputs as readonly [ArraySpec, ...ArraySpec[]]
    const ofChannels = expectArrays('groupNorm.gradient', [x, ...affine], 1)
    expectSize('groupNorm.gradient', inputs, 1, x.shape, 'output gradients')
    for (const i of [2, 3]) expectSize('groupNorm.gradient', inputs, i, [pictures, channels], 'statistics')
    return [x, ofChannels, ofChannels]
  },
  outputNames: ['dscale', 'dshift'],
  inPlace: [
    [1, 0],
    [0, 0],
  ],
  gradient: 'none',
  reference: groupNormGradientReference,
}

export const groupNormOps = { groupNorm, 'groupNorm.gradient': groupNormGradient } as const
