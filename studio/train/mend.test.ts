/** An offer mends the text, and the result is the network that fits. */

import { expect, test } from 'vitest'
import { designOf } from '../design/facts.ts'
import { mendedText } from './mend.ts'

const mend = (text: string, offer: Parameters<typeof mendedText>[2]) =>
  mendedText(text, designOf(text).facts.layers, offer)

test.each([
  ['INPUT 28x28x1 -> CONV5-8 -> FC-7 -> SOFTMAX', 'INPUT 28x28x1 -> CONV5-8 -> FC-10 -> SOFTMAX'],
  ['INPUT 28x28x1 ->\nCONV5-8 -> RELU', 'INPUT 28x28x1 ->\nCONV5-8 -> RELU -> FC-10'],
  ['INPUT 8x8x1 -> CONV3-7 -> GAP', 'INPUT 8x8x1 -> CONV3-7 -> GAP -> FC-10'],
  ['INPUT 8x8x1 -> CONV3-7 -> GAP -> SOFTMAX', 'INPUT 8x8x1 -> CONV3-7 -> GAP -> FC-10 -> SOFTMAX'],
  ['INPUT 8x8x1 -> CONV3-7 s2 p0 # last', 'INPUT 8x8x1 -> CONV3-7 s2 p0 # last\n-> FC-10'],
  ['INPUT 8x8x1 -> FC-3 -> DROPOUT 0.5', 'INPUT 8x8x1 -> FC-10 -> DROPOUT 0.5'],
])('%j scores ten classes', (text, expected) => {
  const mended = mend(text, { kind: 'output', classes: 10 })
  expect(mended).toBe(expected)
  expect(designOf(mended ?? '').facts.layers.at(-1)?.output).toMatchObject({ height: 1, width: 1, channels: 10 })
})

test('the input becomes that of the images', () => {
  const offer = { kind: 'input', height: 32, width: 32, channels: 3 } as const
  expect(mend('# net\nINPUT 28x28x1 -> FC-10', offer)).toBe('# net\nINPUT 32x32x3 -> FC-10')
})

test('a setting is no change of the text', () => {
  expect(mend('INPUT 8x8x1 -> FC-3', { kind: 'rate', rate: 0.1 })).toBeUndefined()
})
