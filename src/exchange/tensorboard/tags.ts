/**
 * Names as TensorBoard's tags: letters, digits and `._-/`, at most 200 characters. Layers of foreign files can have any name, so
 * two that become one get a number.
 */

const longest = 200

export class Tags {
  readonly #tags = new Map<string, string>()
  readonly #taken = new Set<string>()

  /** The same tag for the same name. */
  of(group: string, name: string): string {
    const key = `${group}/${name}`
    const known = this.#tags.get(key)
    if (known !== undefined) return known
    const plain = name.replace(/[^\w./-]/g, '_').replace(/^\/+/, '')
    const stem = `${group}/${plain}`.slice(0, longest)
    let tag = stem
    for (let number = 2; this.#taken.has(tag); number++) tag = `${stem.slice(0, longest - 12)}_${number}`
    this.#taken.add(tag)
    this.#tags.set(key, tag)
    return tag
  }
}
