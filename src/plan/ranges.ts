/**
 * Sets of bytes as ranges: the edges `start, end, start, end, …` in ascending order, no two ranges touching. Ends are
 * exclusive.
 */

export type Ranges = number[]

/** Adds the bytes from `start` to below `end`. Ranges that touch become one. */
export function addRange(ranges: Ranges, start: number, end: number): void {
  const from = firstEdgeFrom(ranges, start)
  let to = from
  while (to < ranges.length && (ranges[to] as number) <= end) to++
  // The edges between go. An edge of even index would open a range: there, the new range's own edge is needed.
  const opens = from % 2 === 0
  const closes = to % 2 === 0
  move(ranges, to, from - to + Number(opens) + Number(closes))
  if (opens) ranges[from] = start
  if (closes) ranges[from + Number(opens)] = end
}

/** Keeps the `count` (at least 1) largest gaps between ranges, of equal ones the first. The other gaps become taken. */
export function keepLargestGaps(ranges: Ranges, count: number): void {
  const gaps = new Float64Array(Math.max(ranges.length / 2 - 1, 0))
  if (gaps.length <= count) return
  for (let i = 0; i < gaps.length; i++) gaps[i] = (ranges[2 * i + 2] as number) - (ranges[2 * i + 1] as number)
  const least = gaps.slice().sort()[gaps.length - count] as number
  // How many gaps of this size are kept.
  let equal = count - gaps.filter((gap) => gap > least).length
  let written = 1
  for (let i = 0; i < gaps.length; i++) {
    const gap = gaps[i] as number
    if (gap < least || (gap === least && equal-- <= 0)) continue
    ranges[written++] = ranges[2 * i + 1] as number
    ranges[written++] = ranges[2 * i + 2] as number
  }
  ranges[written++] = ranges[ranges.length - 1] as number
  ranges.length = written
}

/** The union of sets that are added one after another. Its arrays are reused: the arena asks 100,000 times. */
export class Union {
  /** As in `Ranges`, up to `length`. */
  edges = new Float64Array(64)
  length = 0
  #spare = new Float64Array(64)

  clear(): void {
    this.length = 0
  }

  /** Adds a set that is not empty. Gaps below `leastGap` between ranges become taken. */
  add(ranges: Ranges, leastGap: number): void {
    const ours = this.edges
    const count = this.length
    // Usual in chains: one range covers all of the set.
    const isInside = (ours[0] as number) <= (ranges[0] as number) && (ranges.at(-1) as number) <= (ours[1] as number)
    if (count === 2 && isInside) return
    const room = count + ranges.length
    const merged = this.#spare.length < room ? new Float64Array(2 * room) : this.#spare
    let end = Number.NEGATIVE_INFINITY
    let length = 0
    for (let i = 0, j = 0; i < count || j < ranges.length; ) {
      const isOurs = j === ranges.length || (i < count && (ours[i] as number) <= (ranges[j] as number))
      const start = (isOurs ? ours[i] : ranges[j]) as number
      const stop = (isOurs ? ours[i + 1] : ranges[j + 1]) as number
      if (isOurs) i += 2
      else j += 2
      if (length > 0 && start < end + leastGap) {
        if (stop <= end) continue
        merged[length - 1] = end = stop
      } else {
        merged[length++] = start
        merged[length++] = end = stop
      }
    }
    this.#spare = this.edges
    this.edges = merged
    this.length = length
  }
}

/** Index of the first edge that is not below `byte`. */
function firstEdgeFrom(ranges: Ranges, byte: number): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ranges[middle] as number) < byte) low = middle + 1
    else high = middle
  }
  return low
}

/** Moves the edges from `index` on by `by` places. Not `splice`, which allocates an array of what it removes. */
function move(ranges: Ranges, index: number, by: number): void {
  const { length } = ranges
  if (by > 0) {
    for (let i = 0; i < by; i++) ranges.push(0)
    for (let i = length - 1; i >= index; i--) ranges[i + by] = ranges[i] as number
  } else if (by < 0) {
    for (let i = index; i < length; i++) ranges[i + by] = ranges[i] as number
    ranges.length = length + by
  }
}
