/**
 * MULTIPLY(ID | GAP -> CONV1-8 -> RELU -> CONV1-32 -> SIGMOID): the product of branches, value by value. A branch of
 * 1×1×D is taken at every position: squeeze-and-excitation (Hu et al. 2017).
 */

import { object } from '../../core/schema.ts'
import { printVolume, sameVolume, type Volume } from '../../core/shapes.ts'
import { multiplyChannels, multiply as multiplyOp } from '../../ops/multiply/op.ts'
import type { Value } from '../../ops/types.ts'
import { VolumeError } from '../errors.ts'
import { only } from '../parts.ts'
import type { Layer } from '../types.ts'

const positions = ({ height, width }: Volume) => height * width

/** The volume of the branch that has most positions. */
function largest(volumes: readonly Volume[], first: Volume): Volume {
  return volumes.reduce((most, volume) => (positions(volume) > positions(most) ? volume : most), first)
}

export const multiply: Layer<object, object, 'multiply'> = {
  type: 'multiply',
  notation: {
    word: 'MULTIPLY',
    form: { example: 'MULTIPLY(ID | GAP -> CONV1-64 -> SIGMOID)' },
    branches: true,
    read: () => ({}),
    write: () => ({}),
  },
  attributes: object({}),
  inputs: { min: 2, max: 64 },
  output(_, first, volumes) {
    const whole = largest(volumes, first)
    if (volumes.every((each) => sameVolume(whole, each) || sameVolume({ ...whole, height: 1, width: 1 }, each))) {
      return whole
    }
    throw new VolumeError(
      'the branches of MULTIPLY must have the same volume, or one position with the same number of channels',
      {
        received: volumes.map(printVolume).join(' and '),
        expected: `${printVolume(whole)} or 1×1×${whole.channels} from every branch`,
        advice: `a CONV1-${whole.channels} at the end of a branch gives it ${whole.channels} channels`,
      },
    )
  },
  lower({ x, inputs, emit }) {
    const whole = largest(
      inputs.map(({ volume }) => volume),
      x.volume,
    )
    const isWhole = ({ volume }: { readonly volume: Volume }) => sameVolume(whole, volume)
    const [start, ...others] = inputs.filter(isWhole)
    const product = others.reduce<Value>((y, other) => only(emit(multiplyOp, {}, [y, other])), start ?? x)
    const factors = inputs.filter((each) => !isWhole(each))
    return factors.reduce<Value>((y, factor) => only(emit(multiplyChannels, {}, [y, factor])), product)
  },
  describe: () => '',
}
