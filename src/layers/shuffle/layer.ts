/**
 * SHUFFLE g2: channel shuffle (Zhang et al. 2017, ShuffleNet). With g groups of n channels, channel i·n + j goes to j·g + i,
 * so that the groups of the next grouped convolution get channels of all groups.
 */

import { number, object } from '../../core/schema.ts'
import { permute } from '../../ops/permute/op.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

interface ShuffleAttributes {
  readonly groups: number
}

export const shuffle: Layer<ShuffleAttributes, object, 'shuffle'> = {
  type: 'shuffle',
  notation: {
    word: 'SHUFFLE',
    form: { options: { g: 'groups' }, example: 'SHUFFLE g2' },
    read({ options = {} }) {
      const [groups = 0, ...others] = options.g ?? []
      if (groups >= 1 && others.length === 0) return { groups }
      throw new NotationValueError('SHUFFLE needs the number of groups', {
        received: options.g === undefined ? 'no g' : `g${options.g.join(',')}`,
        expected: 'SHUFFLE g2',
      })
    },
    write: ({ groups }) => ({ options: { g: [groups] } }),
  },
  attributes: object({ groups: number({ whole: true, min: 1 }) }),
  inputs: oneInput,
  output({ groups }, volume) {
    if (volume.channels % groups === 0) return volume
    throw new VolumeError('the channels must divide evenly into the groups', {
      received: `${volume.channels} channels in ${groups} groups`,
      expected: `a multiple of ${groups}`,
    })
  },
  lower({ attributes: { groups }, x, emit }) {
    const { height, width, channels } = x.volume
    const axes = [height * width, groups, channels / groups]
    return only(emit(permute, { axes, order: [0, 2, 1], volume: [height, width, channels] }, [x]))
  },
  describe: ({ groups }) => `${groups} groups`,
}
