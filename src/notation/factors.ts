/**
 * Compares pieces (factors) of a sequence in logarithmic time. Every piece of 2^k symbols has a number, equal pieces the same
 * one (Karp, Miller, Rosenberg: Rapid Identification of Repeated Patterns in Strings, Trees and Arrays, 1972).
 */

export class Factors {
  readonly length: number
  /** `#names[k][i]`: the number of the 2^k symbols from i. The last k is the first for which no piece occurs twice. */
  readonly #names: Int32Array[]

  constructor(sequence: readonly unknown[]) {
    this.length = sequence.length
    const symbols = new Map<unknown, number>()
    let names = Int32Array.from(sequence, (symbol) => numberOf(symbol, symbols))
    let distinct = symbols.size
    this.#names = [names]
    for (let width = 1; distinct < names.length && 2 * width <= this.length; width *= 2) {
      const numbers = new Map<unknown, number>()
      const pairs = new Int32Array(this.length - 2 * width + 1)
      for (let i = 0; i < pairs.length; i++) {
        const pair = (names[i] as number) * this.length + (names[i + width] as number)
        pairs[i] = numberOf(pair, numbers)
      }
      this.#names.push(pairs)
      names = pairs
      distinct = numbers.size
    }
  }

  /** How many symbols from `a` equal those from `b`; a < b. */
  commonFrom(a: number, b: number): number {
    let common = 0
    for (let level = this.#names.length - 1; level >= 0; level--) {
      const names = this.#names[level] as Int32Array
      if (b + common < names.length && names[a + common] === names[b + common]) common += 2 ** level
    }
    return common
  }

  /** How many symbols before `a` equal those before `b`, going backwards; a < b. */
  commonBefore(a: number, b: number): number {
    let common = 0
    for (let level = this.#names.length - 1; level >= 0; level--) {
      const names = this.#names[level] as Int32Array
      const width = 2 ** level
      if (a - common >= width && names[a - common - width] === names[b - common - width]) common += width
    }
    return common
  }

  /** The same number for equal pieces of this length, and for no others. */
  key(from: number, length: number): number {
    const level = Math.min(this.#names.length - 1, 31 - Math.clz32(length))
    const names = this.#names[level] as Int32Array
    // These two cover the piece, or the first alone occurs nowhere else.
    const [first, last] = [names[from] as number, names[from + length - 2 ** level] as number]
    return (length * (this.length + 1) + first) * (this.length + 1) + last
  }
}

/** Numbers things from 0 in the order in which they first appear. */
function numberOf(thing: unknown, numbers: Map<unknown, number>): number {
  const number = numbers.get(thing) ?? numbers.size
  numbers.set(thing, number)
  return number
}

/** A maximal repetition: from `start` to `end`, each symbol equals the one `period` later; at least two periods long. */
export interface Run {
  readonly start: number
  readonly end: number
  readonly period: number
}

/**
 * All runs, short periods first, each with its smallest period. The first period of a run contains a multiple a of p; the
 * run extends as far as the symbols around a equal those around a + p. These are n/1 + n/2 + … comparisons.
 */
export function runsOf(factors: Factors): readonly Run[] {
  const { length } = factors
  const runs: Run[] = []
  const seen = new Set<number>()
  for (let period = 1; 2 * period <= length; period++) {
    for (let a = 0; a + period < length; a += period) {
      const before = factors.commonBefore(a, a + period)
      const after = factors.commonFrom(a, a + period)
      if (before + after < period) continue
      const [start, end] = [a - before, a + period + after]
      // The same run, found from another a or for a multiple of its period.
      if (seen.has(start * (length + 1) + end)) continue
      seen.add(start * (length + 1) + end)
      runs.push({ start, end, period })
    }
  }
  return runs
}
