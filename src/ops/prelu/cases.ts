/** PReLU: every remainder of channels; a random value is never near enough to 0 for differences to see the bend. */

import { type OpCase, opCase } from '../cases.ts'
import { channelShapes } from '../multiply/cases.ts'
import { f32 } from '../specs.ts'
import { prelu, preluGradient, preluSlopeGradient } from './op.ts'

export const cases: readonly OpCase[] = channelShapes.flatMap(({ name, shape }): OpCase[] => {
  const [, h = 1, w = 1, c = 1] = shape
  const x = f32(...shape)
  const attributes = {}
  return [
    opCase({ name, op: prelu, attributes, inputs: [x, f32(c)], terms: 1 }),
    opCase({ name, op: preluGradient, attributes, inputs: [x, f32(c), x], terms: 1 }),
    opCase({ name, op: preluSlopeGradient, attributes, inputs: [x, x], terms: h * w + 1 }),
  ]
})
