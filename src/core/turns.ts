/** Tasks that must not overlap: each begins when all before it have ended, and at once where none is under way. */

export class Turns {
  #last: Promise<void> = Promise.resolve()
  #isIdle = true

  /** Resolves when every task that was taken so far has ended, well or not. */
  get ended(): Promise<void> {
    return this.#last
  }

  /** Where nothing is under way, the task's first part runs before this returns. */
  take<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#isIdle ? task() : this.#last.then(task)
    this.#isIdle = false
    const settled = result
      .then(
        () => {},
        () => {},
      )
      .then(() => {
        if (this.#last === settled) this.#isIdle = true
      })
    this.#last = settled
    return result
  }
}
