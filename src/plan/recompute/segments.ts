/**
 * Segments of the forward pass that may be computed again, and what each would keep and cost. A segment keeps what crosses
 * its end. Of the rest it drops what costs at most `threshold` MACs for each byte: nothing, what needs no MACs (norms,
 * activations, pooling), …, everything.
 */

import type { Facts } from './facts.ts'

/** Ends of segments are chosen among so many places: enough for a network of a hundred blocks, and few enough to try pairs. */
const mostCuts = 64

/**
 * What it costs to write a byte again, in MACs, so that of equal MACs the fewest bytes are computed again: a core of the
 * machines that we measure on does some 20 · 10⁹ MACs a second, or moves 5 · 10⁹ bytes there and back.
 */
const macsPerByte = 4

export interface Segment {
  /** Forward steps [from, to). */
  readonly from: number
  readonly to: number
  readonly threshold: number
}

export interface SizedSegment extends Segment {
  /** Bytes that it keeps from its forward pass to its backward pass. */
  readonly stored: number
  /** Bytes of it in use in its own backward pass, at most: what it keeps, what it computes again, gradients, workspaces. */
  readonly working: number
  /** MACs to compute again, and what moving the bytes costs. */
  readonly cost: number
}

/** MACs for each byte that a step would free; infinite where it cannot be run again. */
function priceOf({ kept, cost }: Facts, step: number): number {
  const bytes = kept[step] as number
  return bytes === 0 ? 0 : (cost[step] as number) / bytes
}

/** The steps of a segment that are dropped. What only the forward pass reads is computed again where it is needed. */
export function droppedOf(facts: Facts, { from, to, threshold }: Segment): readonly number[] {
  const dropped: number[] = []
  for (let step = from; threshold >= 0 && step < to; step++) if (drops(facts, step, to, threshold)) dropped.push(step)
  return dropped
}

function drops(facts: Facts, step: number, to: number, threshold: number): boolean {
  if ((facts.lastRead[step] as number) >= to || !Number.isFinite(facts.cost[step] as number)) return false
  return priceOf(facts, step) <= threshold
}

/** Nothing; what is free; then quarters of the steps that are not, by price. */
export function thresholdsOf(facts: Facts): readonly number[] {
  const prices = facts.steps
    .map((_, step) => priceOf(facts, step))
    .filter((price) => price > 0 && Number.isFinite(price))
  prices.sort((a, b) => a - b)
  const quarters = [1, 2, 3].map((i) => prices[Math.floor((i * prices.length) / 4)] ?? 0)
  return [...new Set([-1, 0, ...quarters, Number.POSITIVE_INFINITY])]
}

/** Where segments may begin and end: in each of `mostCuts` equal parts of the memory, where the least bytes cross. */
export function cutsOf({ steps, kept, passing, lastRead }: Facts): readonly number[] {
  const { length: count } = steps
  const growth = new Float64Array(count + 2)
  for (let step = 0; step < count; step++) {
    const bytes = (kept[step] as number) + (passing[step] as number)
    growth[step + 1] = (growth[step + 1] as number) + bytes
    const gone = Math.min((lastRead[step] as number) + 1, count + 1)
    growth[gone] = (growth[gone] as number) - bytes
  }
  const total = kept.reduce((sum, bytes) => sum + bytes, 0)
  const cuts = [0]
  let [before, crossing, part, best, least] = [0, 0, 0, 0, Number.POSITIVE_INFINITY]
  for (let cut = 1; cut < count; cut++) {
    before += kept[cut - 1] as number
    crossing += growth[cut] as number
    const now = count <= mostCuts ? cut : Math.floor((before / (total || 1)) * mostCuts)
    if (now !== part && best > 0) {
      cuts.push(best)
      least = Number.POSITIVE_INFINITY
    }
    part = now
    if (crossing < least) [best, least] = [cut, crossing]
  }
  if (best > (cuts.at(-1) as number)) cuts.push(best)
  return [...cuts, count]
}

/** All segments between two cuts with this threshold, by the index of their first and last cut. */
export function segmentsOf(
  facts: Facts,
  cuts: readonly number[],
  threshold: number,
): readonly (readonly SizedSegment[])[] {
  const enders = endersOf(facts)
  const readers = readersOf(facts)
  return cuts.slice(0, -1).map((from, first) => {
    const chains = new Chains(facts.steps.length)
    const made: SizedSegment[] = []
    let [stored, cost, beside, next] = [0, 0, 0, first + 1]
    for (let step = from; step < facts.steps.length; step++) {
      stored += (facts.kept[step] as number) + (facts.passing[step] as number)
      beside = Math.max(beside, facts.beside[step] as number)
      for (const ended of enders[step] ?? []) {
        if (ended < from) continue
        stored -= facts.passing[ended] as number
        if (!drops(facts, ended, step + 1, threshold)) continue
        const bytes = facts.kept[ended] as number
        stored -= bytes
        if (bytes > 0) cost += (facts.cost[ended] as number) + macsPerByte * bytes
        chains.add(ended, bytes)
        for (const other of facts.sources[ended] ?? []) if (other >= from) chains.join(ended, other)
        for (const other of readers[ended] ?? []) chains.join(ended, other)
      }
      if (step + 1 !== cuts[next]) continue
      made.push({ from, to: step + 1, threshold, stored, working: stored + chains.largest + beside, cost })
      next++
    }
    return made
  })
}

/** For each place to begin at, the segments that no other with the same end beats in all three numbers. */
export function unbeaten(
  tables: readonly (readonly (readonly SizedSegment[])[])[],
): readonly (readonly SizedSegment[])[] {
  return (tables[0] ?? []).map((ends, first) =>
    ends.flatMap((_, end) => {
      const found: SizedSegment[] = []
      for (const table of tables) {
        const segment = table[first]?.[end] as SizedSegment
        const isBeaten = found.some(
          ({ stored, working, cost }) => stored <= segment.stored && working <= segment.working && cost <= segment.cost,
        )
        if (!isBeaten) found.push(segment)
      }
      return found
    }),
  )
}

/** The steps that each step is the last to read. */
function endersOf({ steps, lastRead }: Facts): readonly (readonly number[])[] {
  const enders = steps.map((): number[] => [])
  for (const [step, last] of lastRead.entries()) enders[last]?.push(step)
  return enders
}

function readersOf({ sources }: Facts): readonly (readonly number[])[] {
  const readers = sources.map((): number[] => [])
  for (const [step, read] of sources.entries()) for (const source of read) readers[source]?.push(step)
  return readers
}

/**
 * Dropped steps that are computed again together, as one needs what another makes: sets with the sum of their bytes
 * (union–find).
 */
class Chains {
  largest = 0
  readonly #parent: Int32Array
  readonly #bytes: Float64Array

  constructor(count: number) {
    this.#parent = new Int32Array(count).fill(-1)
    this.#bytes = new Float64Array(count)
  }

  add(step: number, bytes: number): void {
    this.#parent[step] = step
    this.#bytes[step] = bytes
    this.largest = Math.max(this.largest, bytes)
  }

  /** Nothing happens where the other is not dropped. */
  join(step: number, other: number): void {
    if (this.#parent[other] === -1) return
    const [a, b] = [this.#rootOf(step), this.#rootOf(other)]
    if (a === b) return
    const sum = (this.#bytes[a] as number) + (this.#bytes[b] as number)
    this.#parent[a] = b
    this.#bytes[b] = sum
    this.largest = Math.max(this.largest, sum)
  }

  #rootOf(step: number): number {
    let root = step
    while (this.#parent[root] !== root) root = this.#parent[root] as number
    while (this.#parent[step] !== root) {
      const above = this.#parent[step] as number
      this.#parent[step] = root
      step = above
    }
    return root
  }
}
