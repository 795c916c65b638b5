/** What a few numbers say of many values. */

export interface ValueStatistics {
  /** Of the finite values; NaN where there is none. */
  readonly mean: number
  readonly deviation: number
  readonly least: number
  readonly most: number
  /** L2 norm. */
  readonly norm: number
  /** Values that are exactly 0. */
  readonly zeros: number
  readonly notFinite: number
}

export function valueStatistics(values: Float32Array): ValueStatistics {
  let [sum, squares, zeros, finite] = [0, 0, 0, 0]
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    finite++
    sum += value
    squares += value * value
    if (value === 0) zeros++
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  const mean = sum / finite
  let spread = 0
  for (const value of values) if (Number.isFinite(value)) spread += (value - mean) * (value - mean)
  return {
    mean,
    deviation: Math.sqrt(spread / finite),
    least: finite === 0 ? Number.NaN : least,
    most: finite === 0 ? Number.NaN : most,
    norm: Math.sqrt(squares),
    zeros,
    notFinite: values.length - finite,
  }
}

/** From the least to the most of some ranges; those of no finite value, which are NaN, are left out. */
export function jointRange(
  ...ranges: readonly Pick<ValueStatistics, 'least' | 'most'>[]
): [least: number, most: number] {
  const finite = ranges.filter(({ least }) => !Number.isNaN(least))
  return [Math.min(...finite.map(({ least }) => least)), Math.max(...finite.map(({ most }) => most))]
}
