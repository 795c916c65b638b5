/** What a trial found. */

export class Disagreement extends Error {
  override readonly name = 'Disagreement'
}

export function largest(values: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i] as number))
  return most
}

/** `slack`: what each element may be off. NaN agrees with nothing. */
export function expectClose(
  what: string,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  slack: (index: number) => number,
): void {
  if (got.length !== want.length) throw new Disagreement(`${what}: ${got.length} values, expected ${want.length}`)
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [got[i] as number, want[i] as number]
    if (Math.abs(a - b) <= slack(i)) continue
    throw new Disagreement(`${what}[${i}] is ${a}, expected ${b} ± ${slack(i).toExponential(1)}`)
  }
}

export function expectSameBits(what: string, got: ArrayBufferView, want: ArrayBufferView): void {
  const words = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
    new Uint32Array(buffer, byteOffset, byteLength / 4)
  const [a, b] = [words(got), words(want)]
  const at = a.length === b.length ? a.findIndex((word, i) => word !== b[i]) : 0
  if (at < 0) return
  const [value, expected] = [got, want].map((view) => (view as Float32Array)[at])
  throw new Disagreement(`${what}: other bits at ${at}: ${value}, expected ${expected}`)
}
