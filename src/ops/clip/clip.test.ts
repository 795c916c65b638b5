/** Clipping: kernels against the reference, and the whole of it against the norm of all gradients taken at once. */

import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { opCase } from '../cases.ts'
import { SCALAR_COUNT, scalarSlots, scalarsSpec } from '../scalars.ts'
import { f32 } from '../specs.ts'
import { runWasm, testedModules } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { NORM_CHUNK, normChunks } from './chunks.ts'
import { clipNorms, clipScale } from './op.ts'

testCases(cases)

describe.each(testedModules)('clipping on %s', (module) => {
  /** The gradient scale that the two ops leave for these gradients. */
  function scaleAfter(gradients: readonly Float64Array[], maxNorm: number, before = 1): number {
    const norms = gradients.map((gradient) => {
      const inputs = [f32(gradient.length)]
      const row = opCase({ name: 'norms', op: clipNorms, attributes: {}, inputs, terms: 1 })
      return Float64Array.from(runWasm(row, { inputs: [gradient], updates: [] }, { module }).outputs[0] ?? [])
    })
    const inputs = norms.map(({ length }) => f32(length))
    const row = opCase({
      name: 'scale',
      op: clipScale,
      attributes: { maxNorm },
      inputs,
      updates: [scalarsSpec],
      terms: 1,
    })
    const given = new Float64Array(SCALAR_COUNT)
    given[scalarSlots.gradientScale] = before
    const [scalars] = runWasm(row, { inputs: norms, updates: [given] }, { module }).updates
    return scalars?.[scalarSlots.gradientScale] ?? -1
  }

  const random = Random.seeded(4, 'clipping')
  const gradients = [10, 2 * NORM_CHUNK + 5, 1].map((count) =>
    Float64Array.from({ length: count }, () => Math.fround(random.normal())),
  )
  const norm = Math.sqrt(gradients.reduce((sum, gradient) => sum + gradient.reduce((s, g) => s + g * g, 0), 0))

  it('scales to the limit as PyTorch does', () => {
    expect(scaleAfter(gradients, 3)).toBeCloseTo(3 / (norm + 1e-6), 8)
    expect(scaleAfter(gradients, norm * 1.001)).toBe(1)
    expect(scaleAfter(gradients, norm * 0.999)).toBeCloseTo(0.999, 6)
  })

  it('multiplies into the scale that is there already', () => {
    expect(scaleAfter(gradients, 3, 0.5)).toBe(scaleAfter(gradients, 3) / 2)
    expect(scaleAfter(gradients, norm * 1.001, 0.5)).toBe(0.5)
    expect(scaleAfter(gradients, 3, 0)).toBe(0)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('leaves a scale of 0 for a gradient of %d', (bad) => {
    const spoilt = gradients.map((gradient) => gradient.slice())
    ;(spoilt[1] as Float64Array)[NORM_CHUNK + 1] = bad
    for (const before of [1, 0.5, 0]) expect(scaleAfter(spoilt, 3, before)).toBe(0)
  })
})

it('cuts a gradient by its size alone', () => {
  expect([1, NORM_CHUNK, NORM_CHUNK + 1, 10 * NORM_CHUNK].map(normChunks)).toEqual([1, 1, 2, 10])
})
