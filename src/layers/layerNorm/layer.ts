/**
 * LN: layer normalization (Ba et al. 2016). Over the channels of each position, as in ConvNeXt (its LayerNorm2d), or with
 * `volume` over all values of an image. Learned: a scale and a shift for each channel. The same in training and at inference.
 */

import { either, literal, object } from '../../core/schema.ts'
import { affineIn } from '../../ops/affine.ts'
import { layerNorm as layerNormOp } from '../../ops/layerNorm/op.ts'
import { lowerGroups, refuseSingleValues } from '../groupNorm/layer.ts'
import {
  affineValues,
  describeNorm,
  type NormAttributes,
  type NormParameters,
  normForm,
  normParameters,
  normSchema,
  readNorm,
  writeNorm,
} from '../norms.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'
import { wholeWindow, windowSight } from '../window.ts'

interface LayerNormAttributes extends NormAttributes {
  /** What is normalized together: the channels of a position, or the whole volume. */
  readonly over: 'channels' | 'volume'
}

const onePosition = wholeWindow({ height: 1, width: 1, channels: 1 })

export const layerNorm: Layer<LayerNormAttributes, NormParameters, 'ln'> = {
  type: 'ln',
  notation: {
    word: 'LN',
    form: {
      ...normForm,
      flags: { volume: 'over the whole volume instead of the channels of each position', ...normForm.flags },
      example: 'LN eps=1e-6',
    },
    read: (parts) => ({ ...readNorm('LN', parts), over: parts.flags?.includes('volume') ? 'volume' : 'channels' }),
    write({ over, ...norm }) {
      const { values, flags } = writeNorm(norm)
      return { values, flags: [...(over === 'volume' ? ['volume'] : []), ...flags] }
    },
  },
  attributes: object({ ...normSchema, over: either(literal('channels'), literal('volume')) }),
  inputs: oneInput,
  output({ over }, volume) {
    refuseSingleValues(over === 'volume' ? volume : { ...volume, height: 1, width: 1 }, 1)
    return volume
  },
  parameters: (attributes, { channels }) => normParameters(attributes, channels),
  sight: ({ over }) => (over === 'volume' ? { kind: 'everything' } : windowSight(onePosition)),
  lower(lowering) {
    const { attributes, x, parameters, emit } = lowering
    if (attributes.over === 'volume') return lowerGroups(lowering, 1)
    const { epsilon, ...affine } = attributes
    return only(emit(layerNormOp, { epsilon, ...affineIn(affine) }, [x, ...affineValues(parameters)]))
  },
  describe: ({ over, ...norm }) =>
    [over === 'volume' ? 'over the volume' : 'over channels', ...describeNorm(norm)].join(', '),
}
