/**
 * Seeded random numbers. sfc32 (Chris Doty-Humphrey, PractRand): small, fast, passes BigCrush, and its whole state is
 * four integers, so a checkpoint can hold it. Named streams (`Random.seeded(7, 'shuffle', epoch)`) are independent:
 * what one part draws never shifts what another part sees.
 */

import { cosPi, log } from './math.ts'

export type RandomState = readonly [number, number, number, number]

export class Random {
  #a: number
  #b: number
  #c: number
  #counter: number

  private constructor(state: RandomState) {
    this.#a = state[0] | 0
    this.#b = state[1] | 0
    this.#c = state[2] | 0
    this.#counter = state[3] | 0
  }

  /** A generator of its own for every (seed, stream…). */
  static seeded(seed: number, ...stream: readonly (string | number)[]): Random {
    const text = [seed, ...stream].join('\u0000')
    const random = new Random([hash(text, 1), hash(text, 2), hash(text, 3), 1])
    for (let i = 0; i < 15; i++) random.uint32()
    return random
  }

  static from(state: RandomState): Random {
    return new Random(state)
  }

  get state(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#counter >>> 0]
  }

  /** Uniform integer in [0, 2³²). */
  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** Uniform in [0, 1), 32 bits. */
  next(): number {
    return this.uint32() / 4294967296
  }

  /** Uniform integer in [0, below), without modulo bias. */
  integer(below: number): number {
    const limit = 4294967296 - (4294967296 % below)
    let draw = this.uint32()
    while (draw >= limit) draw = this.uint32()
    return draw % below
  }

  /**
   * Standard normal (Box–Muller; the second value is dropped so that the state stays four integers). The same bits in
   * every engine: log and cosPi are our own, and engines leave Math.sqrt to the processor, whose root IEEE 754 defines.
   */
  normal(): number {
    const radius = Math.sqrt(-2 * log(1 - this.next()))
    return radius * cosPi(2 * this.next())
  }

  /** Fisher–Yates, in place. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const kept = items[i]
      items[i] = items[j]
      items[j] = kept
    }
    return items
  }
}

/** FNV-1a with a salt and murmur3's finaliser: spreads a stream's name over 32 bits. */
function hash(text: string, salt: number): number {
  let h = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b9)
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) | 0
}
