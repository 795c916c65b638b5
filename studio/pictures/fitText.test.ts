/** A text is fitted to images in place; where that is not enough, it is printed anew. */

import { expect, test } from 'vitest'
import { fitText } from './fitText.ts'

const gray = { height: 28, width: 28, channels: 1 }
const color = { height: 64, width: 48, channels: 3 }

test.each([
  [
    'INPUT 28x28x1 -> CONV3-8 ->\n  FC-10 # ten\n-> SOFTMAX',
    3,
    undefined,
    'INPUT 28x28x1 -> CONV3-8 ->\n  FC-3 # ten\n-> SOFTMAX',
  ],
  ['INPUT 28x28x1 -> CONV3-8 -> FC-10', 10, color, 'INPUT 64x48x3 -> CONV3-8 -> FC-10'],
  ['INPUT 28x28x1 -> CONV3-8 -> FC-10', 2, color, 'INPUT 64x48x3 -> CONV3-8 -> FC-2'],
  ['INPUT 28x28x1 -> FC-10', 10, gray, 'INPUT 28x28x1 -> FC-10'],
  ['INPUT 28x28x1 -> CONV1-10 -> GAP -> SOFTMAX', 4, undefined, 'INPUT 28x28x1 -> CONV1-4 -> GAP -> SOFTMAX'],
])('%j for %d classes', (text, classes, size, fitted) => {
  expect(fitText(text, classes, size)).toBe(fitted)
})

test('a head that is written once for several layers is printed anew', () => {
  const fitted = fitText('INPUT 8x8x1 -> [FC-5 -> RELU]*2', 3)
  expect(fitted).toContain('FC-3')
  expect(fitText(fitted, 3)).toBe(fitted)
})
