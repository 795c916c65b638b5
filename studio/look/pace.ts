/** How often a look is taken while a training runs: a few times a second at most, and never more than a tenth of its time. */

/** Milliseconds between the end of a look and the beginning of the next. */
const least = 300
const share = 0.1

/** @param took milliseconds that the engine was busy with the last look */
export function restAfter(took: number): number {
  return Math.max(least, took * (1 / share - 1))
}
