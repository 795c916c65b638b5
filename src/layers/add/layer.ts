/** ADD(ID | CONV3-64 -> BN): the sum of branches, value by value: a residual block (He et al. 2015). */

import * as z from 'zod'
import { printVolume, sameVolume, type Volume } from '../../core/index.ts'
import { add as addOp } from '../../ops/add/op.ts'
import { VolumeError } from '../errors.ts'
import { only } from '../parts.ts'
import type { Layer } from '../types.ts'

export const add: Layer<object> = {
  type: 'add',
  notation: {
    word: 'ADD',
    form: { example: 'ADD(ID | CONV3-64 -> BN)' },
    branches: true,
    read: () => ({}),
    write: () => ({}),
  },
  attributes: z.strictObject({}),
  inputs: { min: 2, max: 64 },
  output(_, inputs) {
    const [first, ...others] = inputs as readonly [Volume, ...Volume[]]
    if (others.every((other) => sameVolume(first, other))) return first
    throw new VolumeError('ADD needs branches of one volume', {
      received: inputs.map(printVolume).join(' and '),
      expected: `${printVolume(first)} from every branch`,
      advice: `bring the shortcut to the same volume: CONV1-${others[0]?.channels ?? first.channels} with the block's stride`,
    })
  },
  lower: ({ emit }, _, [first, ...others]) => {
    if (first === undefined) throw new VolumeError('ADD needs branches')
    return others.reduce((sum, other) => only(emit(addOp, { activation: 'none' }, [sum, other])), first)
  },
  describe: () => '',
}
