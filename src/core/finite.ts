/** Whether all of many numbers are finite, in one pass. */

/**
 * The index of the first value that is NaN or infinite, or −1. A pass without a branch: x · 0 is 0 where x is finite, and NaN
 * where it is not. Four sums, because each addition waits for the one before it: with a single sum this took 2 % of a
 * prediction by MobileNet v2.
 */
export function findNotFinite(values: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0]
  const end = values.length - 3
  let i = 0
  for (; i < end; i += 4) {
    a += (values[i] as number) * 0
    b += (values[i + 1] as number) * 0
    c += (values[i + 2] as number) * 0
    d += (values[i + 3] as number) * 0
  }
  for (; i < values.length; i++) a += (values[i] as number) * 0
  return a + b + c + d === 0 ? -1 : values.findIndex((value) => !Number.isFinite(value))
}
