/** Names that are used once: the first to ask for one gets it, later ones with a number. */

export class UniqueNames {
  readonly #taken = new Set<string>()

  take(wanted: string): string {
    let name = wanted
    for (let count = 2; this.#taken.has(name); count++) name = `${wanted}_${count}`
    this.#taken.add(name)
    return name
  }
}
