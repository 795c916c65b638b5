/** Layers are added and removed where they are meant to be, and the text stays a network. */

import { layers } from 'lenslet/layers'
import { parse, parseWithSpans } from 'lenslet/notation'
import { expect, test } from 'vitest'
import { added, type Change, removed } from './edit.ts'

const applied = (text: string, change: Change | undefined) =>
  change === undefined ? undefined : text.slice(0, change.span[0]) + change.insert + text.slice(change.span[1])
const offsetOf = (text: string, name: string) => parseWithSpans(text).spans.get(name)?.offset ?? -1

const block = 'INPUT 8x8x8 -> CONV3-8 s1 -> [ADD(ID | CONV3-8 -> RELU)]*2 -> POOL2 -> FC-2 -> SOFTMAX'

test.each([
  [block, 'conv1', 'INPUT 8x8x8 -> CONV3-8 s1 -> BN -> [ADD(ID | CONV3-8 -> RELU)]*2 -> POOL2 -> FC-2 -> SOFTMAX'],
  [block, 'relu1', 'INPUT 8x8x8 -> CONV3-8 s1 -> [ADD(ID | CONV3-8 -> RELU -> BN)]*2 -> POOL2 -> FC-2 -> SOFTMAX'],
  [block, 'add2', 'INPUT 8x8x8 -> CONV3-8 s1 -> [ADD(ID | CONV3-8 -> RELU) -> BN]*2 -> POOL2 -> FC-2 -> SOFTMAX'],
  [block, 'softmax1', 'INPUT 8x8x8 -> CONV3-8 s1 -> [ADD(ID | CONV3-8 -> RELU)]*2 -> POOL2 -> FC-2 -> BN -> SOFTMAX'],
  ['INPUT: [8×8×4] → b: conv3–8 s1 // x\n→ FC-2', 'b', 'INPUT: [8×8×4] → b: conv3–8 s1 -> BN // x\n→ FC-2'],
  ['INPUT 8x8x4', 'input1', 'INPUT 8x8x4 -> BN'],
])('%s: BN after %s', (text, name, expected) => {
  const result = applied(text, added(text, offsetOf(text, name), 'BN'))
  expect(result).toBe(expected)
  expect(() => parse(result as string)).not.toThrow()
})

test.each([
  [block, 'conv1', 'INPUT 8x8x8 -> [ADD(ID | CONV3-8 -> RELU)]*2 -> POOL2 -> FC-2 -> SOFTMAX'],
  [block, 'relu1', 'INPUT 8x8x8 -> CONV3-8 s1 -> [ADD(ID | CONV3-8)]*2 -> POOL2 -> FC-2 -> SOFTMAX'],
  [block, 'conv2', 'INPUT 8x8x8 -> CONV3-8 s1 -> [ADD(ID | RELU)]*2 -> POOL2 -> FC-2 -> SOFTMAX'],
  [block, 'add1', 'INPUT 8x8x8 -> CONV3-8 s1 -> POOL2 -> FC-2 -> SOFTMAX'],
  ['INPUT 8x8x4 -> ADD(CONV3-4 | CONV1-4) -> FC-2', 'conv2', 'INPUT 8x8x4 -> ADD(CONV3-4 | ID) -> FC-2'],
  [
    'INPUT 8x8x4 -> CONV3-4 # one\n  -> RELU # two\n -> FC-2',
    'relu1',
    'INPUT 8x8x4 -> CONV3-4 # one\n # two\n -> FC-2',
  ],
])('%s without %s', (text, name, expected) => {
  const result = applied(text, removed(text, offsetOf(text, name)))
  expect(result).toBe(expected)
  expect(() => parse(result as string)).not.toThrow()
})

test('the input stays', () => {
  expect(removed('INPUT 8x8x4 -> FC-2', 0)).toBeUndefined()
  expect(removed('x: INPUT 8x8x4 -> FC-2', 3)).toBeUndefined()
})

test('every layer that a text can name is found again, whatever its options', () => {
  for (const { type, notation } of Object.values(layers)) {
    if (type === 'input' || type === 'loss') continue
    const text = `INPUT 16x16x64 -> RELU -> ${notation.form.example ?? notation.word} -> RELU`
    const offset = text.indexOf('RELU ->') + 8
    expect(applied(text, removed(text, offset)), text).toBe('INPUT 16x16x64 -> RELU -> RELU')
  }
})

test.each(['', '->', '[[[(', ')))', 'INPUT 8x8x3 -> (', 'A B [C] D', '['.repeat(500), '*'.repeat(100)])(
  'a text that is no network, %j, is taken as it comes',
  (text) => {
    added(text, undefined, 'BN')
    for (let offset = 0; offset < Math.min(text.length, 50); offset++) removed(text, offset)
  },
)
