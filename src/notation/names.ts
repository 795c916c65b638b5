/** Names of layers that a person did not name: conv1, relu1, conv2: by type, in order, around the names that are taken. */

export class Names {
  readonly #taken: Set<string>
  /** The number from which a name of the type may be free. */
  readonly #counts = new Map<string, number>()

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken)
  }

  next(type: string): string {
    const name = this.#following(type)
    this.#taken.add(name)
    return name
  }

  /** True, and the name is given away, where it is what `next` would give; else the name is taken as it is. */
  isNext(type: string, name: string): boolean {
    const following = this.#following(type)
    this.#taken.add(name)
    return following === name
  }

  /** Names are never given back, so the search goes on where the last one ended. */
  #following(type: string): string {
    let count = this.#counts.get(type) ?? 1
    while (this.#taken.has(`${type}${count}`)) count += 1
    this.#counts.set(type, count)
    return `${type}${count}`
  }
}
