/** Numbers as people wrote them. */

/**
 * The number with the fewest digits that is this one in float32: 0.001 for 0.0010000000474974513. ONNX keeps settings in
 * float32, and widened they would be printed with all their digits.
 */
export function decimalOf(value: number): number {
  const wanted = Math.fround(value)
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === wanted) return short
  }
  return value
}
