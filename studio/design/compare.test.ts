/** Designs side by side: the layers that correspond stand in one row. */

import { expect, test } from 'vitest'
import { changeText, type Measured, paired } from './compare.ts'

const layer = (name: string, type: string, description: string, parameters = 0): Measured => ({
  ...{ name, type, word: description, description, parameters },
  output: { height: 8, width: 8, channels: 4 },
  macs: 10 * parameters,
  activations: 256,
})
const names = (pairs: ReturnType<typeof paired>) =>
  pairs.map(({ pinned, current }) => `${pinned?.name ?? '–'}|${current?.name ?? '–'}`)

test('what was added stands alone, what was changed beside what it was', () => {
  const before = [
    layer('input1', 'input', 'INPUT'),
    layer('conv1', 'conv', 'CONV7-4', 200),
    layer('fc1', 'fc', 'FC-2', 9),
  ]
  const after = [
    layer('input1', 'input', 'INPUT'),
    layer('conv1', 'conv', 'CONV3-4', 40),
    layer('relu1', 'relu', 'RELU'),
    layer('fc1', 'fc', 'FC-2', 9),
  ]
  const pairs = paired(before, after)
  expect(names(pairs)).toEqual(['input1|input1', 'conv1|conv1', '–|relu1', 'fc1|fc1'])
  expect(pairs[1]?.differs).toEqual({ volume: false, parameters: true, macs: true })
  expect(pairs[3]?.differs).toEqual({ volume: false, parameters: false, macs: false })
  expect(names(paired(after, before))).toEqual(['input1|input1', 'conv1|conv1', 'relu1|–', 'fc1|fc1'])
})

test('nothing in common, and nothing at all', () => {
  expect(names(paired([layer('a', 'conv', 'x')], [layer('b', 'fc', 'y')]))).toEqual(['a|–', '–|b'])
  expect(paired([], [])).toEqual([])
  const many = Array.from({ length: 1500 }, (_, index) => layer(`l${index}`, 'conv', 'x'))
  expect(paired(many, many)).toHaveLength(1500)
})

test.each([
  [100, 100, '='],
  [100, 55, '−45 %'],
  [1000, 1032, '+3.2 %'],
  [1000, 1000.1, '+<0.1 %'],
  [10, 120, '×12'],
  [0, 7, '+7'],
  [7, 0, '−100 %'],
])('from %d to %d: %s', (before, after, text) => {
  expect(changeText(before, after)).toBe(text)
})
