/**
 * GN: group normalization (Wu and He 2018): each image by itself, each group of channels to mean 0 and variance 1. IN:
 * instance normalization (Ulyanov et al. 2016), with a group for each channel. The same in training and at inference.
 */

import { number, object } from '../../core/schema.ts'
import type { Volume } from '../../core/shapes.ts'
import { affineIn } from '../../ops/affine.ts'
import { groupNorm as groupNormOp } from '../../ops/groupNorm/op.ts'
import type { Value } from '../../ops/types.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import {
  affineValues,
  describeNorm,
  type NormAttributes,
  type NormParameters,
  normForm,
  normNotation,
  normParameters,
  normSchema,
  readNorm,
  writeNorm,
} from '../norms.ts'
import { oneInput } from '../parts.ts'
import type { Layer, Lowering } from '../types.ts'

interface GroupNormAttributes extends NormAttributes {
  readonly groups: number
}

/** The paper's. */
const usualGroups = 32

export const groupNorm: Layer<GroupNormAttributes, NormParameters, 'gn'> = {
  type: 'gn',
  notation: {
    word: 'GN',
    form: { ...normForm, options: { g: 'groups' }, example: 'GN g4' },
    read(parts) {
      const groups = parts.options?.g?.[0] ?? usualGroups
      if (groups < 1 || (parts.options?.g?.length ?? 1) > 1) {
        throw new NotationValueError('the groups of GN are one whole number', {
          received: `g${parts.options?.g?.join('x')}`,
          expected: `at least 1; the default is ${usualGroups}`,
        })
      }
      return { groups, ...readNorm('GN', parts) }
    },
    write({ groups, ...norm }) {
      const written = writeNorm(norm)
      return groups === usualGroups ? written : { options: { g: [groups] }, ...written }
    },
  },
  attributes: object({ ...normSchema, groups: number({ whole: true, min: 1 }) }),
  inputs: oneInput,
  output({ groups }, volume) {
    if (volume.channels % groups !== 0) {
      throw new VolumeError('channels must divide evenly into the groups', {
        received: `${volume.channels} channels in ${groups} groups`,
        expected: `a multiple of ${groups}`,
      })
    }
    refuseSingleValues(volume, groups)
    return volume
  },
  parameters: (attributes, { channels }) => normParameters(attributes, channels),
  // Each value depends on the whole image by way of the statistics.
  sight: () => ({ kind: 'everything' }),
  lower: (lowering) => lowerGroups(lowering, lowering.attributes.groups),
  describe: ({ groups, ...norm }) => [groups === 1 ? '1 group' : `${groups} groups`, ...describeNorm(norm)].join(', '),
}

export const instanceNorm: Layer<NormAttributes, NormParameters, 'in'> = {
  type: 'in',
  notation: normNotation('IN'),
  attributes: object(normSchema),
  inputs: oneInput,
  output(_, volume) {
    refuseSingleValues(volume, volume.channels)
    return volume
  },
  parameters: (attributes, { channels }) => normParameters(attributes, channels),
  // Each value depends on the whole image by way of the statistics.
  sight: () => ({ kind: 'everything' }),
  lower: (lowering) => lowerGroups(lowering, lowering.x.volume.channels),
  describe: (attributes) => describeNorm(attributes).join(', '),
}

/** Throws `VolumeError` where a group of an image would be a single value, which has no variance. */
export function refuseSingleValues({ height, width, channels }: Volume, groups: number): void {
  if ((height * width * channels) / groups > 1) return
  throw new VolumeError('a single value has no variance to normalize by', {
    received: `one value in each group: ${height}×${width} positions of ${channels / groups} channel`,
    expected: 'at least two values in a group',
  })
}

/** Normalizes each of `groups` groups of channels of each image. */
export function lowerGroups(
  { attributes, x, parameters, emit }: Lowering<NormAttributes, NormParameters>,
  groups: number,
) {
  const { epsilon, ...affine } = attributes
  const norm = { epsilon, groups, activation: 'none', ...affineIn(affine) } as const
  const [y] = emit(groupNormOp, norm, [x, ...affineValues(parameters)])
  return y as Value
}
