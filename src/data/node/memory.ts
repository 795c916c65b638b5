/**
 * One memory budget for all data: the images of a data set, files that are read, images that are being decoded. Each may be
 * within its own limit while all together exceed the memory of the machine.
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

/** Counts bytes; allocates nothing. Callers that find no room wait in the order of their calls, so that large ones get their turn. */
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

  /** Takes bytes for as long as the budget exists. False: there is no room. */
  keep(bytes: number): boolean {
    if (this.#kept + this.#taken + bytes > this.limit) return false
    this.#kept += bytes
    return true
  }

  /** Takes bytes until `free`, if there is room now. */
  tryTake(bytes: number): boolean {
    if (this.#waiting.length > 0 || this.#taken + bytes > this.most) return false
    this.#taken += bytes
    return true
  }

  /** Takes bytes until `free`, as soon as there is room. The caller must hold none already, or two could wait for each other. */
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

/** For images that are decoded one by one, shared by all callers in this process. */
export const decodingMemory = new MemoryBudget()
