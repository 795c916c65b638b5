/**
 * Writes a chain with repeats: A A B A A B -> [[A]*2 -> B]*2, so that the text is as short as possible. Among equally short
 * texts, groups should begin with a layer that leads (a convolution, not its ReLU); then the smallest period wins.
 *
 * Dynamic programming over suffixes: the first item of a suffix is one piece, or a group of k copies of a body. Only the
 * runs of the sequence contain bodies that repeat, and there are fewer runs than pieces (Bannai et al.: The "Runs" Theorem,
 * 2017). Runs and groups together take O(n log² n) time. From 10 copies on, a text may exceed the shortest by up to 3 digits
 * of a count.
 */

import { Factors, runsOf } from './factors.ts'

/** One unit of the chain. */
export interface Piece {
  /** Equal units have equal texts. */
  readonly text: string
  /** A group that begins here reads better. */
  readonly leads: boolean
}

/** A piece by its place in the chain, or a group. */
export type Item = number | { readonly body: readonly Item[]; readonly times: number }

/** Lengths of ` -> ` and of `[]*`. */
const arrow = 4
const brackets = 3

/** Weight of a character: more than there can be groups, so that the length decides first. */
const character = 2 ** 20

/**
 * A body can begin at every place of the first period of its run. Only the first 64 are tried, which bounds the time; up to
 * 64 pieces, these are all.
 */
const beginnings = 64

/** `times` copies from one place of the chain. */
interface Option {
  readonly period: number
  /** End of the run; copies must end by here. */
  readonly end: number
  /** Cost of the body with brackets. */
  readonly cost: number
  /** The same one period later. */
  readonly later: Option | undefined
  /** End of the best group from here, in the range that was solved last. */
  best: number
}

export function fold(pieces: readonly Piece[]): readonly Item[] {
  return pieces.length < 2 ? [...pieces.keys()] : new Folder(pieces).items(0, pieces.length)
}

class Folder {
  readonly #pieces: readonly Piece[]
  readonly #options: Option[][]
  /** For the range that was solved last, by place: cost of the text from there; end and period (0: no group) of its first item. */
  readonly #costs: Float64Array
  readonly #ends: Int32Array
  readonly #periods: Int32Array

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces
    this.#options = pieces.map(() => [])
    this.#costs = new Float64Array(pieces.length + 1)
    this.#ends = new Int32Array(pieces.length)
    this.#periods = new Int32Array(pieces.length)
    this.#findOptions()
  }

  /** Short periods first, because the cost of a body depends on the groups inside it. */
  #findOptions(): void {
    const factors = new Factors(this.#pieces.map(({ text }) => text))
    const costs = new Map<number, number>()
    for (const { start, end, period } of runsOf(factors)) {
      const last = end - 2 * period
      for (let from = start; from <= last && from < start + Math.min(period, beginnings); from++) {
        const key = factors.key(from, period)
        const cost = costs.get(key) ?? this.#groupCost(from, period)
        costs.set(key, cost)
        let later: Option | undefined
        for (let at = from + Math.floor((last - from) / period) * period; at >= from; at -= period) {
          later = { period, end, cost, later, best: 0 }
          this.#options[at]?.push(later)
        }
      }
    }
  }

  #groupCost(from: number, period: number): number {
    const misplaced = this.#pieces[from]?.leads === true ? 0 : 1
    return this.#solve(from, from + period) + brackets * character + misplaced
  }

  /** Cost of the best text of these pieces, with an arrow after each item. */
  #solve(from: number, to: number): number {
    const costs = this.#costs
    costs[to] = 0
    for (let at = to - 1; at >= from; at--) {
      let [least, end, chosen] = [Number.POSITIVE_INFINITY, 0, 0]
      for (const option of this.#options[at] as Option[]) {
        const cost = this.#groupsFrom(at, to, option)
        if (cost < least) [least, end, chosen] = [cost, option.best, option.period]
      }
      const single = (costs[at + 1] as number) + ((this.#pieces[at] as Piece).text.length + arrow) * character
      if (single < least) [least, end, chosen] = [single, at + 1, 0]
      costs[at] = least
      this.#ends[at] = end
      this.#periods[at] = chosen
    }
    return costs[from] as number
  }

  /** Cost from `at` on if a group comes first: two copies, or one more than the best group one period later. */
  #groupsFrom(at: number, to: number, option: Option): number {
    const { period, later } = option
    const last = Math.min(option.end, to) - 2 * period
    if (at > last) return Number.POSITIVE_INFINITY
    const costUpTo = (end: number) =>
      (this.#costs[end] as number) + option.cost + String((end - at) / period).length * character
    option.best = at + 2 * period
    if (later === undefined || at + period > last) return costUpTo(option.best)
    if (costUpTo(later.best) <= costUpTo(option.best)) option.best = later.best
    return costUpTo(option.best)
  }

  items(from: number, to: number): readonly Item[] {
    this.#solve(from, to)
    const found: { at: number; period: number; times: number }[] = []
    for (let at = from; at < to; at = this.#ends[at] as number) {
      const period = this.#periods[at] as number
      found.push({ at, period, times: period === 0 ? 1 : ((this.#ends[at] as number) - at) / period })
    }
    // Only now, because solving a body overwrites the arrays.
    return found.map(({ at, period, times }) => (period === 0 ? at : { body: this.items(at, at + period), times }))
  }
}
