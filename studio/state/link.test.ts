/** A view as an address, and back; addresses are input from outside. */

import { expect, test } from 'vitest'
import { hashOf, linkedOf } from './link.ts'
import { usual } from './usual.ts'

test('an address gives back what it was made of', () => {
  const view = { text: 'INPUT 8x8x3 ->\nCONV3-4 # &=%', batch: 7, memory: 2 ** 31, optimizer: 'adam', layer: 'conv1' }
  expect(linkedOf(hashOf(view), usual)).toEqual(view)
})

test.each(['', '#', '#batch=-1&memory=x', '#batch=1e99', '#net'])('%s is no fault', (hash) => {
  const { text: _, ...rest } = linkedOf(hash, usual)
  const { text: __, ...expected } = usual
  expect(rest).toEqual(expected)
})
