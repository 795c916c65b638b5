// Distributions of the draws. The generator itself is tested with picture.ts.
import { describe, expect, it } from 'vitest'
import { drawBeta, drawBetween, drawLogarithmic } from './draws.ts'

const many = 4000
const draw = (one: (position: number) => number) => Array.from({ length: many }, (_, i) => one(i))
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

describe('draws', () => {
  it.each([0.05, 0.2, 1, 1.5, 8])('Beta(%d) has its mean and its variance', (alpha) => {
    const values = draw((i) => drawBeta(5, i, 200, alpha))
    const variance = 1 / (4 * (2 * alpha + 1))
    // Five deviations of a mean; of the variance, with a fourth moment of at most ¼ of it.
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(5 * Math.sqrt(variance / many))
    const squares = values.map((value) => (value - 0.5) ** 2)
    expect(Math.abs(mean(squares) - variance)).toBeLessThan(5 * Math.sqrt(variance / 4 / many))
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true)
  })

  it('is uniform between numbers, or between their logarithms', () => {
    const even = draw((i) => drawBetween(1, i, 3, -2, 4))
    // A uniform of width 6 has the deviation 6/√12.
    expect(Math.abs(mean(even) - 1)).toBeLessThan((5 * 6) / Math.sqrt(12 * many))
    expect(Math.min(...even)).toBeGreaterThan(-2)
    expect(Math.max(...even)).toBeLessThan(4)
    const logs = draw((i) => Math.log(drawLogarithmic(1, i, 3, 0.25, 4)))
    expect(Math.abs(mean(logs))).toBeLessThan((5 * 2 * Math.log(4)) / Math.sqrt(12 * many))
    expect(Math.min(...logs)).toBeGreaterThanOrEqual(Math.log(0.25) - 1e-12)
  })
})
