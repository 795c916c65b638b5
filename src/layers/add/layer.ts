/** ADD(ID | CONV3-64 -> BN): the sum of branches, value by value: a residual block (He et al. 2015). */

import { object } from '../../core/schema.ts'
import { printVolume, sameVolume } from '../../core/shapes.ts'
import { add as addOp } from '../../ops/add/op.ts'
import type { Value } from '../../ops/types.ts'
import { VolumeError } from '../errors.ts'
import { only } from '../parts.ts'
import type { Layer } from '../types.ts'

export const add: Layer<object, object, 'add'> = {
  type: 'add',
  notation: {
    word: 'ADD',
    form: { example: 'ADD(ID | CONV3-64 -> BN)' },
    branches: true,
    read: () => ({}),
    write: () => ({}),
  },
  attributes: object({}),
  inputs: { min: 2, max: 64 },
  output(_, first, volumes) {
    const others = volumes.slice(1)
    if (others.every((other) => sameVolume(first, other))) return first
    throw new VolumeError('ADD needs branches of one volume', {
      received: volumes.map(printVolume).join(' and '),
      expected: `${printVolume(first)} from every branch`,
      advice: `bring the shortcut to the same volume: CONV1-${others[0]?.channels ?? first.channels} with the block's stride`,
    })
  },
  lower: ({ x, inputs, emit }) =>
    inputs.slice(1).reduce<Value>((sum, other) => only(emit(addOp, { activation: 'none' }, [sum, other])), x),
  describe: () => '',
}
