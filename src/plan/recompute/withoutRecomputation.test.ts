// What lenslet.browser.js has in the place of recomputation: the plan as it is, and a named refusal.

import { expect, it } from 'vitest'
import { ArgumentError } from '../../core/errors.ts'
import { parse } from '../../notation/parse.ts'
import { wasmTarget } from '../../ops/wasm/target.ts'
import { compose } from '../compose.ts'
import { resolveGoal } from '../goal.ts'
import { layOutFor as layOutWith } from './choose.ts'
import { bytesWithin, layOutFor } from './withoutRecomputation.ts'

const network = parse('INPUT 8x8x3 -> [CONV3-4 -> BN -> RELU]*3 -> FC-3')
const composition = () =>
  compose(network, resolveGoal({ goal: { kind: 'training' } }), { batch: 4, taps: [], frozen: [] })
const target = wasmTarget()

it('plans what is not recomputed as choose.ts does', () => {
  const made = layOutFor(composition(), 4, target, undefined)
  expect(made.steps).toEqual(layOutWith(composition(), 4, target, undefined).steps)
  expect(bytesWithin(composition(), 4, target, { memory: 1, recompute: false })).toBe(made.arenaBytes)
})

it('refuses recomputation by name', () => {
  expect(() => layOutFor(composition(), 4, target, true)).toThrow(ArgumentError)
  expect(() => layOutFor(composition(), 4, target, { memory: 1e6 })).toThrow(
    /received: recompute: \{"memory":1000000\}/,
  )
  expect(() => bytesWithin(composition(), 4, target, { memory: 1e6, recompute: true })).toThrow(ArgumentError)
})
