/** Which layers are drawn together, and which repeats are folded. */

import { expect, test } from 'vitest'
import { designOf } from '../design/facts.ts'
import { groupsOf } from './groups.ts'
import { pictureOf } from './layout.ts'

const groupsFor = (text: string) => groupsOf(designOf(text).facts.layers)
const names = (text: string) =>
  groupsFor(text).map(
    ({ layers, times }) => `${layers.map(({ name }) => name).join('+')}${times > 1 ? ` x${times}` : ''}`,
  )

test('activations and norms are drawn with the volume that they change', () => {
  expect(names('INPUT 8x8x3 -> CONV3-4 -> BN -> RELU -> POOL2 -> FC-2 -> SOFTMAX')).toEqual([
    'input1',
    'conv1+bn1+relu1',
    'pool1',
    'fc1+softmax1',
  ])
})

test('repeats of three and more are folded, with the wires that lead out of them', () => {
  const groups = groupsFor('INPUT 8x8x4 -> [ADD(ID | CONV3-4 -> RELU)]*5 -> FC-2')
  expect(groups.map(({ first, times, sources }) => [first.name, times, sources])).toEqual([
    ['input1', 1, []],
    ['conv1', 5, ['input1']],
    ['add1', 5, ['input1', 'conv1']],
    ['fc1', 1, ['add1']],
  ])
  expect(names('INPUT 8x8x4 -> [CONV3-4]*2')).toEqual(['input1', 'conv1', 'conv2'])
})

test('the picture lies from left to right', () => {
  const { groups, width } = pictureOf(designOf('INPUT 8x8x3 -> ADD(CONV3-4 | CONV1-4) -> GAP -> FC-2').facts.layers)
  const at = new Map(groups.map(({ first, x }) => [first.name, x]))
  for (const { first, sources } of groups)
    for (const source of sources) expect(at.get(source) as number).toBeLessThan(at.get(first.name) as number)
  expect(Math.max(...at.values())).toBeLessThan(width)
})
