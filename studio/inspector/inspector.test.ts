/** The arithmetic that is shown is right, and knobs change the word that they belong to. */

import { expect, test } from 'vitest'
import { designOf } from '../design/facts.ts'
import type { LayerFacts } from '../design/messages.ts'
import { axisOf, type SlidingWindow } from '../engine/window.ts'
import { arithmeticOf, unseen } from './arithmetic.ts'
import { turned, wordAt } from './knobs.ts'

const layerOf = (text: string, name: string) =>
  designOf(text).facts.layers.find((layer) => layer.name === name) as LayerFacts
const textsOf = (layer: LayerFacts) => Object.fromEntries(arithmeticOf(layer).map(({ name, text }) => [name, text]))

test('the notes’ own example', () => {
  expect(textsOf(layerOf('INPUT 32x32x3 -> CONV5-10 s1 p2', 'conv1'))).toEqual({
    height: '(32 − 5 + 2·2)/1 + 1 = 32',
    width: '(32 − 5 + 2·2)/1 + 1 = 32',
    weights: '5·5·3·10 + 10 = 760',
    macs: '32·32·5·5·3·10 = 768,000',
    field: '5×5',
  })
})

test('a size that does not come out whole says what it is rounded from, and what no window sees', () => {
  const layer = layerOf('INPUT 8x8x3 -> CONV3-4 s2 p0', 'conv1')
  expect(textsOf(layer).height).toBe('(8 − 3 + 2·0)/2 + 1 = 3.5 → 3')
  expect(unseen(axisOf(layer.window as SlidingWindow, 8, 0), 3)).toBe(1)
  const padded = layerOf('INPUT 8x8x3 -> CONV3-4 s2 p1', 'conv1')
  expect(unseen(axisOf(padded.window as SlidingWindow, 8, 0), 4)).toBe(0)
})

test.each([
  ['CONV5-8', { kernel: 3 }, 'CONV3-8'],
  ['CONV5-8 s2 p2 nobias', { stride: 1, filters: 16 }, 'CONV5-16 s1 p2 nobias'],
  ['POOL2', { kernel: 3, stride: 2 }, 'POOL3 s2'],
  ['L2POOL2 s2', { kernel: 4 }, 'L2POOL4 s2'],
  ['FC-10', { filters: 7 }, 'FC-7'],
  ['CONV3-8 g2 d2', { padding: 0 }, 'CONV3-8 p0 g2 d2'],
])('%s with %o is %s', (word, change, expected) => {
  const text = `INPUT 9x9x4 -> ${word} -> RELU`
  const parts = wordAt(text, 15)
  expect(parts?.span).toEqual([15, 15 + word.length])
  expect(parts && turned(parts, change)).toBe(expected)
})

test('a word with pairs of numbers has no knobs', () => {
  for (const word of ['CONV3x5-8', 'CONV3-8 p0,1,0,1', 'POOL3x2']) expect(wordAt(word, 0)).toBeUndefined()
})
