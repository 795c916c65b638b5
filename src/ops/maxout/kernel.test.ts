/** Maxout: kernels against the reference, gradients by differences, ties and NaN. */

import { describe, expect, it } from 'vitest'
import { opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { runWasm, testedModules } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { maxout, maxoutGradient } from './op.ts'

testCases(cases)

describe.each(testedModules)('maxout on %s', (module) => {
  it.each([2, 3])('of %d pieces gives a tie to the first and hands a NaN on', (pieces) => {
    // Nine units: two vectors and a rest.
    const unit = (...values: number[]) => [...values, ...new Array<number>(pieces - 2).fill(-9)]
    const units = [unit(1, 1), unit(Number.NaN, 1), unit(1, Number.NaN), unit(Number.NaN, Number.NaN), unit(-3, -2)]
    const all = [...units, ...units.slice(0, 4)]
    const x = Float64Array.from(all.flat())
    const dy = Float64Array.from(all, (_, i) => i + 1)
    const attributes = { pieces }
    const [xs, ys] = [f32(x.length), f32(all.length)]
    const forward = opCase({ name: 'ties', op: maxout, attributes, inputs: [xs], terms: 0 })
    const [y] = runWasm(forward, { inputs: [x], updates: [] }, { module }).outputs
    const N = Number.NaN
    expect([...(y ?? [])]).toEqual([1, N, N, N, -2, 1, N, N, N])
    const backward = opCase({ name: 'ties', op: maxoutGradient, attributes, inputs: [xs, ys], terms: 0 })
    const [dx] = runWasm(backward, { inputs: [x, dy], updates: [] }, { module }).outputs
    const winners = [0, 0, 1, 0, 1, 0, 0, 1, 0]
    expect([...(dx ?? [])]).toEqual(
      winners.flatMap((won, i) => Array.from({ length: pieces }, (_, piece) => (piece === won ? i + 1 : 0))),
    )
  })
})

it('refuses channels that do not divide', () => {
  expect(() => maxout.outputs({ pieces: 3 }, [f32(2, 4)])).toThrow(/do not divide evenly/)
})
