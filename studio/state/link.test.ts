/** A view as an address, and back; addresses are input from outside. */

import { expect, test } from 'vitest'
import { hashOf, type Linked, linkedOf } from './link.ts'
import { usual } from './usual.ts'

test('an address gives back what it was made of', () => {
  const view: Linked = {
    text: 'INPUT 8x8x3 ->\nCONV3-4 # &=%',
    batch: 7,
    memory: 2 ** 31,
    optimizer: 'momentum',
    rate: 0.05,
    schedule: 'one-cycle',
    epochs: 3,
    augment: 'crop2,rotate10',
    seed: 9,
    data: 'cifar10',
    layer: 'conv1',
  }
  expect(linkedOf(hashOf(view), usual)).toEqual(view)
})

test.each([
  '',
  '#',
  '#batch=-1&memory=x',
  '#batch=1e99',
  '#net',
  '#rate=-1&data=__proto__&seed=1.5&epochs=Infinity',
  '#rate=NaN&data=etc/passwd',
])('%s is no fault', (hash) => {
  const { text: _, ...rest } = linkedOf(hash, usual)
  const { text: __, ...expected } = usual
  expect(rest).toEqual(expected)
})
