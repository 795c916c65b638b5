/** Tasks that must not overlap: each begins when all earlier ones have ended, and immediately if none is running. */

export class Turns {
  #last: Promise<void> = Promise.resolve()
  /** Tasks that have not ended. */
  #open = 0

  /** Resolves when every task that was taken so far has ended, whether or not it threw. */
  get ended(): Promise<void> {
    return this.#last
  }

  /** False from the moment a task is taken; true again before its caller continues. */
  get isIdle(): boolean {
    return this.#open === 0
  }

  /** If no task is running, the synchronous part of this one runs before the call returns. */
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
