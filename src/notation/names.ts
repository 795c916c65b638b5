/** Default names of layers: type and number in order, without the names that are taken: conv1, relu1, conv2. */

export class Names {
  readonly #taken: Set<string>
  /** All names of the type with smaller numbers are taken. */
  readonly #counts = new Map<string, number>()

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken)
  }

  next(type: string): string {
    const name = this.#following(type)
    this.#taken.add(name)
    return name
  }

  /** Takes `name`. True if `next` would have returned it. */
  isNext(type: string, name: string): boolean {
    const following = this.#following(type)
    this.#taken.add(name)
    return following === name
  }

  /** Taken names stay taken, so the search continues where the last one ended. */
  #following(type: string): string {
    let count = this.#counts.get(type) ?? 1
    while (this.#taken.has(`${type}${count}`)) count += 1
    this.#counts.set(type, count)
    return `${type}${count}`
  }
}
