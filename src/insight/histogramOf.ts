/** Counts of values in bins of equal width. */

export interface Histogram {
  /** The edge of the first bin, and that of the last. */
  readonly from: number
  readonly to: number
  readonly counts: readonly number[]
}

/** Values that are not finite are left out; those that are all the same get a bin in the middle. */
export function histogramOf(values: Float32Array, [least, most]: readonly [number, number], bins: number): Histogram {
  const counts = Array.from({ length: bins }, () => 0)
  const [from, to] = least < most ? [least, most] : Number.isFinite(least) ? [least - 0.5, least + 0.5] : [0, 1]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    const bin = Math.min(bins - 1, Math.floor(((value - from) / (to - from)) * bins))
    counts[bin] = (counts[bin] as number) + 1
  }
  return { from, to, counts }
}
