/** Pieces of notation that several families are written with. */

/** `[chain]*count`; the chain alone where it stands once. */
export function bracketed(chain: string, count: number): string {
  return count === 1 ? chain : `[${chain}]*${count}`
}

/** Units one after the other, a line each. */
export function lines(units: readonly string[]): string {
  return units.join('\n    -> ')
}
