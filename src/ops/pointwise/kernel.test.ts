/** Activation functions: kernels against the reference, gradients by differences, special values and accuracy. */

import { describe, expect, it } from 'vitest'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { runWasm, testedModules } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { normalBelow, normalDensity } from './normal.ts'
import { fusedActivation, pointwise } from './op.ts'
import type { ActivationName } from './table.ts'
import { activations } from './table.ts'

testCases(cases)

function apply(name: ActivationName, values: Float64Array, module: (typeof testedModules)[number]): Float32Array {
  const attributes = { function: name }
  const row: OpCase = opCase({ name: 'values', op: pointwise, attributes, inputs: [f32(values.length)], terms: 1 })
  return runWasm(row, { inputs: [values], updates: [] }, { module }).outputs[0] as Float32Array
}

/** Distance in units in the last place of the exact value, of a float32. */
function ulps(actual: number, exact: number): number {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(exact))), -126)
  return Math.abs(actual - exact) / 2 ** (exponent - 23)
}

describe.each(testedModules)('accuracy on %s', (module) => {
  const dense = Float64Array.from({ length: 60_001 }, (_, i) => Math.fround((i - 30_000) / 350))
  const tiny = Float64Array.from({ length: 1_000 }, (_, i) => Math.fround((i % 2 ? -1 : 1) * 10 ** (-i / 25)))
  it.each(['sigmoid', 'tanh'] as const)('%s stays within 4 ulp', (name) => {
    for (const values of [dense, tiny]) {
      const actual = apply(name, values, module)
      let worst = 0
      values.forEach((x, i) => {
        const exact = activations[name].forward(x, 0)
        if (Math.abs(exact) > 2 ** -126) worst = Math.max(worst, ulps(actual[i] as number, exact))
      })
      expect(worst).toBeLessThan(4)
    }
  })

  it('gelu stays within 4·10⁻⁷ of the exact value, relative to |x| where that is larger', () => {
    const actual = apply('gelu', dense, module)
    const worst = Math.max(
      ...dense.map(
        (x, i) => Math.abs((actual[i] as number) - activations.gelu.forward(x, 0)) / Math.max(1, Math.abs(x)),
      ),
    )
    expect(worst).toBeLessThan(4e-7)
  })

  it('keeps NaN, infinities and saturation', () => {
    const values = Float64Array.of(Number.NaN, -Infinity, Infinity, -200, 200, 0)
    expect([...apply('relu', values, module)]).toEqual([Number.NaN, 0, Infinity, 0, 200, 0])
    expect([...apply('sigmoid', values, module)]).toEqual([Number.NaN, 0, 1, 0, 1, 0.5])
    expect([...apply('tanh', values, module)]).toEqual([Number.NaN, -1, 1, -1, 1, 0])
  })
})

describe('the normal distribution', () => {
  // To 15 digits from tables (Abramowitz and Stegun, table 26.1), and Φ(−x) = 1 − Φ(x).
  it.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [2, 0.977249868051821],
    [-1.5, 0.0668072012688581],
    [-3, 0.00134989803163009],
    [-6, 9.86587645037698e-10],
  ])('Φ(%d)', (x, expected) => {
    expect(Math.abs(normalBelow(x) / expected - 1)).toBeLessThan(1e-13)
  })

  it('has its density as its slope', () => {
    for (const x of [-7, -5.01, -4.99, -2, 0.3, 1.7, 4]) {
      const slope = (normalBelow(x + 1e-5) - normalBelow(x - 1e-5)) / 2e-5
      expect(Math.abs(slope / normalDensity(x) - 1)).toBeLessThan(1e-6)
    }
  })
})

describe('an activation', () => {
  it('can be fused only where its row says so', () => {
    expect(fusedActivation({ kind: 'pointwise', attributes: { function: 'relu' } })).toBe('relu')
    expect(fusedActivation({ kind: 'pointwise', attributes: { function: 'relu6' } })).toBe('relu6')
    expect(fusedActivation({ kind: 'pointwise', attributes: { function: 'tanh' } })).toBeUndefined()
    expect(fusedActivation({ kind: 'add', attributes: { activation: 'none' } })).toBeUndefined()
  })

  it('is what its bounds say, if it has any', () => {
    for (const [name, row] of Object.entries(activations)) {
      const { bounds } = row
      if (bounds === undefined) continue
      for (const x of [-1e9, -3, -0.5, 0, 0.25, 5.9, 6.1, 1e9])
        expect([name, row.forward(x, 0)]).toEqual([name, Math.min(Math.max(x, bounds[0]), bounds[1])])
    }
  })

  it('refuses a slope for which its output would not tell the sign of its input', () => {
    expect(() => pointwise.outputs({ function: 'lrelu', parameter: -0.5 }, [f32(3)])).toThrow(/at least 0/)
  })
})
