/**
 * One budget of memory for what data takes: the images of a data set, files that are read, pictures that are being decoded.
 * Each may be within its own limit, and all together still be more than the machine has.
 */
import { totalmem } from 'node:os'

/** More is rarely useful, and one array can hold it everywhere. */
const mostByDefault = 2 ** 32

/** A quarter of the memory that this process may use (limits of a container count), at most 4 GiB. */
export function defaultMemory(
  machine: number = totalmem(),
  container: number = process.constrainedMemory?.() ?? 0,
): number {
  const usable = container > 0 ? Math.min(machine, container) : machine
  return Math.min(Math.floor(usable / 4), mostByDefault)
}

/** Counts bytes; allocates nothing. Who finds no room waits in the order of asking, so that large ones have their turn. */
export class MemoryBudget {
  readonly limit: number
  #kept = 0
  #taken = 0
  readonly #waiting: { readonly bytes: number; readonly resume: () => void }[] = []

  /** @param limit bytes */
  constructor(limit: number = defaultMemory()) {
    this.limit = limit
  }

  /** The most that `take` can give, when nothing else is taken. */
  get most(): number {
    return this.limit - this.#kept
  }

  /** What is taken at the moment. */
  get taken(): number {
    return this.#taken
  }

  /** For as long as the budget lives. False: there is no room. */
  keep(bytes: number): boolean {
    if (this.#kept + this.#taken + bytes > this.limit) return false
    this.#kept += bytes
    return true
  }

  /** For a while, if there is room now. */
  tryTake(bytes: number): boolean {
    if (this.#waiting.length > 0 || this.#taken + bytes > this.most) return false
    this.#taken += bytes
    return true
  }

  /** For a while, as soon as there is room. Nobody may wait here who has taken something already, or two wait for each other. */
  async take(bytes: number): Promise<void> {
    if (bytes > this.most) throw new RangeError(`${bytes} bytes can never be taken of ${this.most}`)
    if (this.tryTake(bytes)) return
    await new Promise<void>((resume) => void this.#waiting.push({ bytes, resume }))
  }

  /** Gives back what was taken. */
  free(bytes: number): void {
    this.#taken -= bytes
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#taken + next.bytes > this.most) return
      this.#taken += next.bytes
      this.#waiting.shift()
      next.resume()
    }
  }
}

/** For pictures that are decoded one by one, of all callers in this process. */
export const decodingMemory = new MemoryBudget()
