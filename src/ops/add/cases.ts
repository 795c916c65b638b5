/** Addition: lengths with remainders, on one tile and on several, with and without the ReLU of a residual block. */

import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { add } from './op.ts'

const shapes: readonly { readonly name: string; readonly shape: readonly number[]; readonly bench?: string }[] = [
  { name: 'one value', shape: [1] },
  { name: 'eleven values', shape: [11] },
  { name: 'ugly volume', shape: [3, 7, 5, 41] },
  { name: 'ResNet-20, first stage', shape: [8, 32, 32, 16], bench: 'resnet20' },
]

export const cases: readonly OpCase[] = shapes.flatMap(({ name, shape, bench }) =>
  (['none', 'relu'] as const).map((activation) =>
    opCase({
      name: `${name}, ${activation}`,
      op: add,
      attributes: { activation },
      inputs: [f32(...shape), f32(...shape)],
      terms: 2,
      ...(bench === undefined ? {} : { bench }),
    }),
  ),
)
