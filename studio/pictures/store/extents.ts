/** Places in a file that images of any length share: the first gap that is long enough, or the end. */

export interface Extent {
  readonly offset: number
  readonly length: number
}

export class Extents {
  /** Sorted, never touching. */
  #gaps: Extent[] = []
  #end = 0

  /** @param taken in any order; what overlaps is a damaged index and is taken once */
  constructor(taken: Iterable<Extent> = []) {
    for (const { offset, length } of [...taken].sort((a, b) => a.offset - b.offset)) {
      if (offset > this.#end) this.#gaps.push({ offset: this.#end, length: offset - this.#end })
      this.#end = Math.max(this.#end, offset + length)
    }
  }

  /** Where the last byte that is taken ends. */
  get end(): number {
    return this.#end
  }

  take(length: number): Extent {
    const index = this.#gaps.findIndex((gap) => gap.length >= length)
    const gap = this.#gaps[index]
    if (gap === undefined) {
      this.#end += length
      return { offset: this.#end - length, length }
    }
    const rest = { offset: gap.offset + length, length: gap.length - length }
    this.#gaps.splice(index, 1, ...(rest.length > 0 ? [rest] : []))
    return { offset: gap.offset, length }
  }

  give({ offset, length }: Extent): void {
    const index = this.#gaps.findIndex((gap) => gap.offset > offset)
    const at = index < 0 ? this.#gaps.length : index
    const [before, after] = [this.#gaps[at - 1], this.#gaps[at]]
    const joinsBefore = before !== undefined && before.offset + before.length === offset
    const joinsAfter = after !== undefined && offset + length === after.offset
    const from = joinsBefore ? before.offset : offset
    const to = joinsAfter ? after.offset + after.length : offset + length
    const first = joinsBefore ? at - 1 : at
    const count = Number(joinsBefore) + Number(joinsAfter)
    if (to === this.#end) {
      this.#gaps.splice(first, count)
      this.#end = from
    } else this.#gaps.splice(first, count, { offset: from, length: to - from })
  }
}
