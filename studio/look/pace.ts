/** How often a look is taken while a training runs: a few times a second at most, and never more than a tenth of its time (a part of it, as drawing what was seen takes time, too). */

/** Milliseconds between the beginning of a look and that of its repetition. */
const least = 300
const share = 0.07

/** All looks have one budget: who looks at more sees it more seldom. */
export class Pace {
  #free = 0

  /** When, at the earliest, a look that began at `began` may be repeated. */
  next(began: number): number {
    return Math.max(began + least, this.#free)
  }

  /** @param took milliseconds that the engine was busy with a look, which ended at `now` */
  spent(took: number, now: number): void {
    this.#free = Math.max(this.#free, now - took) + took / share
  }
}
