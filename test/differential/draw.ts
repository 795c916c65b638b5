/** Choices from a seed: what the generator of networks asks for. */

import { Random } from '../../src/core/random.ts'

export class Draw {
  readonly random: Random

  constructor(random: Random) {
    this.random = random
  }

  static seeded(seed: number, ...stream: readonly (string | number)[]): Draw {
    return new Draw(Random.seeded(seed, 'differential', ...stream))
  }

  chance(probability: number): boolean {
    return this.random.next() < probability
  }

  /** Whole numbers, both ends inclusive. */
  between(least: number, most: number): number {
    return least + this.random.integer(most - least + 1)
  }

  pick<T>(items: readonly T[]): T {
    return items[this.random.integer(items.length)] as T
  }

  /** `[3, 'a'], [1, 'b']`: 'a' three times as often as 'b'. */
  weighted<T>(...rows: readonly (readonly [weight: number, item: T])[]): T {
    let at = this.random.next() * rows.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, item] of rows) {
      at -= weight
      if (at < 0) return item
    }
    return (rows.at(-1) as readonly [number, T])[1]
  }

  /** Up to `most` of the items, in their order. */
  some<T>(items: readonly T[], most: number): readonly T[] {
    const chosen = new Set(Array.from({ length: this.between(0, most) }, () => this.pick(items)))
    return items.filter((item) => chosen.has(item))
  }
}
