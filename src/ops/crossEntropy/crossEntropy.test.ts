/** Cross-entropy: kernels against the reference, the gradient of the mean loss by differences, special values. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { opCase } from '../cases.ts'
import { f32, i32 } from '../specs.ts'
import { type CaseArrays, runReference } from '../testing/arrays.ts'
import { checkCase, compare, runWasm, testedModules } from '../testing/harness.ts'
import { checkMeanGradient } from '../testing/meanLoss.ts'
import { testCases } from '../testing/suite.ts'
import type { ArraySpec } from '../types.ts'
import { cases } from './cases.ts'
import { crossEntropy } from './op.ts'

testCases(cases)

it.each(testedModules)('fits any batch, number of classes and smoothing on %s', (module) => {
  const sizes = fc.record({
    batch: fc.integer({ min: 1, max: 300 }),
    classes: fc.integer({ min: 1, max: 70 }),
    smoothing: fc.constantFrom(0, 0.1, 0.7, 1),
  })
  fc.assert(
    fc.property(sizes, fc.integer(), ({ batch, classes, smoothing }, seed) => {
      const inputs = [f32(batch, classes), i32(batch)]
      const row = { name: 'random', op: crossEntropy, attributes: { smoothing, weight: 1 }, inputs, terms: classes + 4 }
      checkCase(
        opCase({ ...row, fill: (random, array) => (array === 1 ? random.integer(classes) : undefined) }),
        module,
        seed,
      )
    }),
    { numRuns: 25 },
  )
})

describe('the gradient is that of the mean loss, by finite differences', () => {
  const rows = cases.filter(({ op, name }) => op.gradient !== 'none' && !name.includes('out of range'))
  it.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => checkMeanGradient(row))
})

it.each([0, 0.1])('gives for one whole share what it gives for that label, smoothing %d', (smoothing) => {
  const [batch, classes] = [6, 4]
  const labels = [0, 3, 1, 1, 2, 0]
  const shares = labels.flatMap((label) => [0, 1, 2, 3].map((k) => Number(k === label)))
  const logits = Array.from({ length: batch * classes }, (_, i) => Math.fround(Math.sin(3 * i)))
  const run = (spec: ArraySpec, given: readonly number[]) => {
    const attributes = { smoothing, weight: 1 }
    const row = opCase({ name: 'one', op: crossEntropy, attributes, inputs: [f32(batch, classes), spec], terms: 8 })
    return runReference(row, { inputs: [Float64Array.from(logits), Float64Array.from(given)], updates: [] })
  }
  expect(run(f32(batch, classes), shares)).toEqual(run(i32(batch), labels))
})

const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN]

interface Special {
  readonly what: string
  readonly logits: readonly number[]
  readonly label: number
  readonly loss: number
  readonly hit: number
  readonly smoothed: number
}

/** `smoothed`: the loss with ε = 0.5, half of it spread over the 5 classes. */
const special: readonly Special[] = [
  {
    what: 'equal scores: the first is the guess',
    logits: [7, 7, 7, 7, 7],
    label: 0,
    loss: Math.log(5),
    hit: 1,
    smoothed: Math.log(5),
  },
  {
    what: 'equal scores: no other is',
    logits: [7, 7, 7, 7, 7],
    label: 1,
    loss: Math.log(5),
    hit: 0,
    smoothed: Math.log(5),
  },
  {
    what: 'a score of 1000 does not overflow',
    logits: [1000, 0, 0, 0, 0],
    label: 1,
    loss: 1000,
    hit: 0,
    smoothed: 900,
  },
  { what: 'a score of 1000 on the label', logits: [0, 0, 0, 0, 1000], label: 4, loss: 0, hit: 1, smoothed: 400 },
  { what: '∞ on the label', logits: [0, 0, inf, 0, 0], label: 2, loss: 0, hit: 1, smoothed: inf },
  { what: '∞ elsewhere', logits: [inf, 0, 0, 0, 0], label: 2, loss: inf, hit: 0, smoothed: inf },
  { what: '∞ twice', logits: [0, inf, 0, inf, 0], label: 3, loss: Math.log(2), hit: 0, smoothed: inf },
  { what: '−∞ on the label', logits: [0, 0, 0, 0, -inf], label: 4, loss: inf, hit: 0, smoothed: inf },
  { what: '−∞ elsewhere', logits: [-inf, 0, 0, -inf, -inf], label: 1, loss: Math.log(2), hit: 1, smoothed: inf },
  { what: 'NaN on the label', logits: [0, nan, 0, 0, 0], label: 1, loss: nan, hit: 0, smoothed: nan },
  { what: 'NaN elsewhere', logits: [0, 9, 0, 0, nan], label: 1, loss: nan, hit: 0, smoothed: nan },
  { what: 'no such label', logits: [1, 2, 3, 4, 5], label: 5, loss: nan, hit: 0, smoothed: nan },
  { what: 'a negative label', logits: [1, 2, 3, 4, 5], label: -1, loss: nan, hit: 0, smoothed: nan },
]

describe.each([0, 0.5])('cross-entropy of special values, smoothing %d', (smoothing) => {
  const batch = special.length
  const row = opCase({
    name: 'special',
    op: crossEntropy,
    attributes: { smoothing, weight: 1 },
    inputs: [f32(batch, 5), i32(batch)],
    terms: 8,
  })
  const inputs = [special.flatMap(({ logits }) => logits), special.map(({ label }) => label)]
  const arrays: CaseArrays = { inputs: inputs.map((values) => Float64Array.from(values)), updates: [] }
  const results = [
    ['reference', runReference(row, arrays).outputs],
    ...testedModules.map((module) => [module, runWasm(row, arrays, { module }).outputs] as const),
  ] as const
  for (const [where, [losses, hits]] of results) {
    it.each(special.map((line, i) => [line.what, line, i] as const))(`on ${where}: %s`, (what, line, i) => {
      const loss = smoothing === 0 ? line.loss : line.smoothed
      compare(what, [losses?.[i] ?? -1], [loss], 1e-4)
      expect(hits?.[i]).toBe(line.hit)
    })
  }
})

describe.each(testedModules)('the loss on %s', (module) => {
  it('is exact to float32 where the label is nearly certain', () => {
    const margins = Array.from({ length: 64 }, (_, i) => i / 2)
    const batch = margins.length
    const attributes = { smoothing: 0, weight: 1 }
    const row = opCase({ name: 'certain', op: crossEntropy, attributes, inputs: [f32(batch, 2), i32(batch)], terms: 1 })
    const logits = Float64Array.from(margins.flatMap((margin) => [margin, 0]))
    const arrays: CaseArrays = { inputs: [logits, new Float64Array(batch)], updates: [] }
    const [losses] = runWasm(row, arrays, { module }).outputs as [Float32Array]
    margins.forEach((margin, i) => {
      const exact = Math.log1p(Math.exp(-margin))
      // 2 ulp of the exponential, a rounding of the result; 1 + x in float64 keeps x ≥ ε₆₄.
      expect(Math.abs((losses[i] as number) - exact)).toBeLessThan(exact * 4e-7 + 2 ** -52)
    })
  })
})

// Two images with scores log 1, log 2, log 5 (p = 1/8, 2/8, 5/8) and labels 2 and 0, of weights 3 and 1: PyTorch's
// CrossEntropyLoss(weight=[1, 2, 3]) is (3·log(8/5) + 1·log 8)/4, and with label_smoothing=0.3 each image adds
// 0.1·(log 8 + 2·log 4 + 3·log(8/5)) and keeps 0.7 of the rest.
it.each(['reference', ...testedModules] as const)('class weights give the weighted mean of PyTorch on %s', (where) => {
  const scores = [1, 2, 5, 1, 2, 5].map(Math.log)
  const arrays: CaseArrays = { inputs: [scores, [2, 0], [1, 2, 3]].map((v) => Float64Array.from(v)), updates: [] }
  const spread = 0.1 * (Math.log(8) + 2 * Math.log(4) + 3 * Math.log(8 / 5))
  const plain = 3 * Math.log(8 / 5) + Math.log(8)
  for (const [smoothing, expected] of [
    [0, plain / 4],
    [0.3, (0.7 * plain + 2 * spread) / 4],
  ] as const) {
    const inputs = [f32(2, 3), i32(2), f32(3)]
    const attributes = { smoothing, weight: 1 }
    const row = opCase({ name: 'weighted', op: crossEntropy, attributes, inputs, terms: 8 })
    const { outputs } = where === 'reference' ? runReference(row, arrays) : runWasm(row, arrays, { module: where })
    const [a = 0, b = 0] = outputs[0] as ArrayLike<number> as readonly number[]
    // Scores and exponentials are rounded to float32.
    expect(Math.abs((a + b) / 2 - expected)).toBeLessThan(8 * 2 ** -23)
  }
})
