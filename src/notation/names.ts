/** Names of layers that a person did not name: conv1, relu1, conv2: by type, in order, around the names that are taken. */

export class Names {
  readonly #taken: Set<string>
  readonly #counts = new Map<string, number>()

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken)
  }

  next(type: string): string {
    const { name, count } = this.#following(type)
    this.#counts.set(type, count)
    this.#taken.add(name)
    return name
  }

  /** True, and the name is given away, where it is what `next` would give; else the name is taken as it is. */
  isNext(type: string, name: string): boolean {
    const following = this.#following(type)
    if (following.name === name) this.#counts.set(type, following.count)
    this.#taken.add(name)
    return following.name === name
  }

  #following(type: string): { name: string; count: number } {
    let count = (this.#counts.get(type) ?? 0) + 1
    while (this.#taken.has(`${type}${count}`)) count += 1
    return { name: `${type}${count}`, count }
  }
}
