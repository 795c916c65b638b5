/**
 * Whether a leader still shares its calls. Where another program holds a processor, a follower can be put aside inside a
 * tile, and everybody waits until it has its turn again, some milliseconds later. Calls of which that takes more than they
 * gain are run alone for a while, then shared once more to see.
 */

/** Shorter waits, in milliseconds, are for tiles of other lengths. */
const leastWait = 1
/** Shared work that is judged together, in milliseconds. */
const judged = 8
/** Of the judged time: two threads gain less than half of it. */
const mostWaiting = 0.3
/** Milliseconds alone: after a first failure, and after many in a row. */
const pauses = { first: 20, longest: 640 }

export class Sharing {
  #took = 0
  #waited = 0
  #aloneUntil = Number.NEGATIVE_INFINITY
  #pause = pauses.first

  pays(now: number): boolean {
    return now >= this.#aloneUntil
  }

  /** After a shared call: the milliseconds that it `took`, and of them those that the leader only `waited`. */
  add(took: number, waited: number, now: number): void {
    this.#took += took
    if (waited > leastWait) this.#waited += waited
    if (this.#took < judged) return
    if (this.#waited > mostWaiting * this.#took) {
      this.#aloneUntil = now + this.#pause
      this.#pause = Math.min(2 * this.#pause, pauses.longest)
    } else this.#pause = pauses.first
    this.#took = 0
    this.#waited = 0
  }
}
