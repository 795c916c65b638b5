/** Where between constants: shape arithmetic chooses with sides that are broadcast. */

import { expect, test } from 'vitest'
import { textOf } from './testing/graphs.ts'

test.each([
  ['a single number for the open side', { wanted: [0, 8, -1], open: [-1], side: [6] }],
  ['a number for each side', { wanted: [0, 8, -1], open: [-1], side: [5, 5, 6] }],
])('Where takes %s', (_, ints) => {
  const text = textOf({
    input: ['N', 8, 2, 3],
    ints,
    lines: [
      ['Equal', ['wanted', 'open'], 'is'],
      ['Where', ['is', 'side', 'wanted'], 'shape'],
      ['Reshape', ['x', 'shape'], 'rows'],
      ['ReduceMean', ['rows'], 'y', { axes: [2] }],
    ],
  })
  expect(text).toBe('INPUT 2x3x8 -> GAP')
})
