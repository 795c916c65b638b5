/** Pieces of notation that several families are written with. */

/** `[chain]*count`; the chain alone if `count` is 1. */
export function bracketed(chain: string, count: number): string {
  return count === 1 ? chain : `[${chain}]*${count}`
}

/** Units one after the other, a line each. */
export function lines(units: readonly string[]): string {
  return units.join('\n    -> ')
}

/** Squeeze-and-excitation (Hu et al. 2017): each channel is scaled by what the means of all channels say. */
export function squeezeExcite(squeezed: number, channels: number, activation = 'RELU', gate = 'SIGMOID'): string {
  return `MULTIPLY(ID | GAP -> CONV1-${squeezed} -> ${activation} -> CONV1-${channels} -> ${gate})`
}
