/** Tasks that must not overlap: each begins when all before it have ended, and at once if none is under way. */

export class Turns {
  #last: Promise<void> = Promise.resolve()
  /** Tasks that have not ended. */
  #open = 0

  /** Resolves when every task that was taken so far has ended, whether or not it threw. */
  get ended(): Promise<void> {
    return this.#last
  }

  /** False from the moment a task is taken; true again before its caller goes on. */
  get isIdle(): boolean {
    return this.#open === 0
  }

  /** If nothing is under way, the task's first part runs before this returns. */
  take<T>(task: () => Promise<T>): Promise<T> {
    const run = async () => {
      try {
        return await task()
      } finally {
        this.#open--
      }
    }
    const result = this.#open++ === 0 ? run() : this.#last.then(run)
    this.#last = result.then(
      () => {},
      () => {},
    )
    return result
  }
}
