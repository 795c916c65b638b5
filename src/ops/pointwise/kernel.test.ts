/** Activation functions: kernels against the reference, gradients by differences, special values and accuracy. */

import { describe, expect, it } from 'vitest'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { runWasm, testedModules } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { normalBelow, normalDensity } from './normal.ts'
import { fusedActivation, pointwise, pointwiseGradient } from './op.ts'
import type { ActivationName } from './table.ts'
import { activations } from './table.ts'

testCases(cases)

function apply(
  name: ActivationName,
  values: Float64Array,
  module: (typeof testedModules)[number],
  parameter?: number,
): Float32Array {
  const attributes = { function: name, ...(parameter === undefined ? {} : { parameter }) }
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

  // Near 0, too, where eˣ − 1 would cancel.
  it.each(['elu', 'selu', 'celu', 'softsign'] as const)('%s stays within 4 ulp', (name) => {
    for (const values of [dense, tiny]) {
      const actual = apply(name, values, module)
      const parameter = activations[name].parameter?.usual ?? 0
      const errors = [...values].map((x, i) => ulps(actual[i] as number, activations[name].forward(x, parameter)))
      expect(Math.max(...errors)).toBeLessThan(4)
    }
  })

  // Down to the smallest float32, which has no leading 1 in its bits.
  it.each(['exp', 'log', 'sqrt', 'reciprocal'] as const)('%s stays within 4 ulp of positive numbers', (name) => {
    const powers = Float64Array.from({ length: 5_000 }, (_, i) => Math.fround(2 ** (-149 + (149 * i) / 4_900)))
    const values = Float64Array.from([...dense.filter((x) => x > 0), ...powers])
    const actual = apply(name, values, module)
    const errors = [...values].map((x, i) => {
      const exact = activations[name].forward(x, 0)
      return Math.fround(exact) === actual[i] ? 0 : ulps(actual[i] as number, exact)
    })
    expect(Math.max(...errors)).toBeLessThan(4)
  })

  it.each([
    ['gelu', 4e-7],
    ['geluTanh', 4e-7],
    ['silu', 4e-7],
    ['mish', 4e-7],
    ['hardswish', 4e-7],
    ['softplus', 4e-7],
    ['hardsigmoid', 2e-7],
  ] as const)('%s stays within %d of the exact value, relative to |x| where that is larger', (name, bound) => {
    const actual = apply(name, dense, module)
    const parameter = activations[name].parameter?.usual ?? 0
    const errors = [...dense].map((x, i) => {
      return Math.abs((actual[i] as number) - activations[name].forward(x, parameter)) / Math.max(1, Math.abs(x))
    })
    expect(Math.max(...errors)).toBeLessThan(bound)
  })

  it.each(['gelu', 'geluTanh', 'silu', 'mish', 'softplus', 'elu'] as const)(
    'the slope of %s stays within 10⁻⁶ of the exact one, far from 0 too',
    (name) => {
      const parameter = activations[name].parameter?.usual ?? 0
      const values = activations[name].keeps === 'input' ? dense : dense.filter((y) => y >= (name === 'elu' ? -1 : 0))
      const ones = new Float64Array(values.length).fill(1)
      const specs = [f32(values.length), f32(values.length)]
      const attributes = { function: name }
      const row = opCase({ name: 'slopes', op: pointwiseGradient, attributes, inputs: specs, terms: 1 })
      const [slopes] = runWasm(row, { inputs: [values, ones], updates: [] }, { module }).outputs
      const errors = [...values].map((x, i) => {
        return Math.abs((slopes?.[i] as number) - activations[name].derivative(x, parameter))
      })
      expect(Math.max(...errors)).toBeLessThan(1e-6)
    },
  )

  it('gives the limits at infinities, hands NaN on and keeps the sign of −0, as the reference does', () => {
    const values = Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -200, 200, -0, 0)
    // One vector and a rest, so that both loops meet each value.
    const twice = Float64Array.of(...values, ...values.toReversed())
    for (const name of Object.keys(activations) as ActivationName[]) {
      // ReLUs cut −0 to either zero, as Math.max and SIMD's maximum do.
      if (activations[name].bounds !== undefined) continue
      const { forward, parameter } = activations[name]
      const trials = parameter === undefined ? [undefined] : [parameter.usual, parameter.minimum, parameter.maximum]
      for (const value of trials.filter((each) => parameter === undefined || each !== undefined)) {
        const actual = apply(name, twice, module, value)
        const expected = [...twice].map((x) => Math.fround(forward(x, value ?? 0)))
        // The ends and zeros are exact; between them, tests above say how near they are.
        const differs = actual.findIndex((y, i) => Math.abs(twice[i] as number) !== 200 && !Object.is(y, expected[i]))
        expect(differs, `${name} ${value} of ${twice[differs]}: ${actual[differs]}, not ${expected[differs]}`).toBe(-1)
      }
    }
  })

  it('has slopes of 0 or 1 at infinities, not NaN', () => {
    const ends = Float64Array.of(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
    for (const name of ['gelu', 'geluTanh', 'silu', 'mish', 'hardswish'] as const) {
      const attributes = { function: name }
      const row = opCase({ name: 'ends', op: pointwiseGradient, attributes, inputs: [f32(2), f32(2)], terms: 1 })
      const [slopes] = runWasm(row, { inputs: [ends, Float64Array.of(1, 1)], updates: [] }, { module }).outputs
      // Limited to −9.5, the tanh form's slope is not quite 0: below 10⁻³⁰.
      expect([name, ...[...(slopes ?? [])].map((value) => (Math.abs(value) < 1e-30 ? 0 : value))]).toEqual([name, 0, 1])
    }
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

  it('refuses a parameter for which its formula has no meaning', () => {
    for (const name of ['silu', 'celu', 'softplus'] as const) {
      for (const parameter of [0, -1, 1e7])
        expect(() => pointwise.outputs({ function: name, parameter }, [f32(3)])).toThrow(/from 0.000001 to 1000000/)
    }
  })

  it('refuses a slope for which its output would not tell the sign of its input', () => {
    expect(() => pointwise.outputs({ function: 'lrelu', parameter: -0.5 }, [f32(3)])).toThrow(/at least 0/)
  })
})
