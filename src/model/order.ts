/**
 * The order of everything that uses the weights of a model: the order of the calls (decision 21). A reader sees what the
 * calls before it wrote, and nothing that was asked for later. There is one arena, so uses of it come one at a time. A
 * reader that needs several uses (an evaluation) opens a span: other readers may come between them, but no writer.
 *
 * First come, first served: a reader that comes after a waiting writer waits, too, so no writer waits forever.
 */

type Kind = 'read' | 'write' | 'span'

interface Waiting {
  readonly kind: Kind
  start(): void
}

/** Runs a task when no other one uses the arena. */
export type Read = <T>(task: () => Promise<T>) => Promise<T>

export class Order {
  /** What the arena is used for just now. */
  #use: 'read' | 'write' | undefined
  #spans = 0
  readonly #waiting: Waiting[] = []
  /** Uses within open spans. They go first: a writer at the head of the others waits for the spans to end. */
  readonly #within: Waiting[] = []

  /** Nothing is under way, and nothing waits. Holds again before the caller of the last task goes on. */
  get isIdle(): boolean {
    return this.#use === undefined && this.#spans === 0 && this.#waiting.length === 0 && this.#within.length === 0
  }

  /** Uses the arena and leaves the weights as they are. If it can start at once, it does so before this returns. */
  read<T>(task: () => Promise<T>): Promise<T> {
    return this.#ask('read', task, this.#waiting)
  }

  /** Uses the arena alone, when all readers before it have ended. */
  write<T>(task: () => Promise<T>): Promise<T> {
    return this.#ask('write', task, this.#waiting)
  }

  /** Lets `use` read several times while nobody writes. */
  span<T>(use: (read: Read) => Promise<T>): Promise<T> {
    return this.#ask('span', () => use((task) => this.#ask('read', task, this.#within)), this.#waiting)
  }

  #ask<T>(kind: Kind, task: () => Promise<T>, queue: Waiting[]): Promise<T> {
    if (queue.length === 0 && this.#mayStart(kind)) return this.#run(kind, task)
    return new Promise((resolve) => {
      queue.push({ kind, start: () => resolve(this.#run(kind, task)) })
    })
  }

  #mayStart(kind: Kind): boolean {
    if (kind === 'span') return this.#use !== 'write'
    return this.#use === undefined && (kind === 'read' || this.#spans === 0)
  }

  async #run<T>(kind: Kind, task: () => Promise<T>): Promise<T> {
    if (kind === 'span') this.#spans++
    else this.#use = kind
    try {
      return await task()
    } finally {
      if (kind === 'span') this.#spans--
      else this.#use = undefined
      this.#startNext(this.#within)
      this.#startNext(this.#waiting)
    }
  }

  #startNext(queue: Waiting[]): void {
    while (queue[0] !== undefined && this.#mayStart(queue[0].kind)) queue.shift()?.start()
  }
}
