/** Named arguments come in the kernel's order, whatever order they are written in, and the compiler wants each of them. */

import { expect, it } from 'vitest'
import { call } from './call.ts'
import { kernelParameters } from './gen/parameters.gen.ts'

const ranges = { count: 4, chunk: 6 }

it('puts arguments into the order of the parameters', () => {
  expect(kernelParameters.addForward).toBe('a b y count floor chunk')
  const expected = { kernel: 'addForward', args: [1, 2, 3, 4, 5, 6], tiles: 7 }
  expect(call('addForward', { ...ranges, floor: 5, y: 3, b: 2, a: 1 }, 7)).toEqual(expected)
})

it('compiles with all names of the kernel and with no others', () => {
  // Types alone: nothing is run.
  const calls = () => [
    // @ts-expect-error: b is missing
    call('addForward', { a: 1, y: 3, floor: 5, ...ranges }, 7),
    // @ts-expect-error: addition has no ceiling
    call('addForward', { a: 1, b: 2, y: 3, floor: 5, ceiling: 6, ...ranges }, 7),
    // @ts-expect-error: nor has it a step, which comes with others
    call('addForward', { a: 1, b: 2, y: 3, floor: 5, ...ranges, ...{ step: 1 } }, 7),
    // @ts-expect-error: there is no such kernel
    call('addBackward', { a: 1, b: 2, y: 3, floor: 5, ...ranges }, 7),
    // @ts-expect-error: sync's functions are not called by steps
    call('openCall', {}, 7),
  ]
  expect(calls).toBeTypeOf('function')
})
