/**
 * The segments that cost the least within a memory: dynamic programming over the places where segments may end. The
 * backward pass of a segment finds in memory what it works with and what all segments before it keep.
 */

import type { SizedSegment } from './segments.ts'

/** At each place, the ways to get there are sorted by the bytes that they keep into this many classes; the cheapest of each is followed. */
const classes = 64

/**
 * `segments`: those that begin at each cut, `ends`: the index of the cut where each ends. Undefined where nothing fits into
 * `bytes`. Deterministic: of equal ways the first.
 */
export function partition(
  segments: readonly (readonly SizedSegment[])[],
  cuts: readonly number[],
  bytes: number,
): readonly SizedSegment[] | undefined {
  const indexOf = new Map(cuts.map((cut, index) => [cut, index]))
  const count = cuts.length * classes
  const cost = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  const stored = new Float64Array(count)
  /** The state before, and the segment between. */
  const before = new Int32Array(count)
  const via = new Array<SizedSegment | undefined>(count)
  cost[0] = 0
  for (let first = 0; first < cuts.length - 1; first++) {
    for (const segment of segments[first] ?? []) {
      const base = (indexOf.get(segment.to) as number) * classes
      for (let state = first * classes; state < (first + 1) * classes; state++) {
        const sum = (cost[state] as number) + segment.cost
        const held = stored[state] as number
        if (held + segment.working > bytes || sum === Number.POSITIVE_INFINITY) continue
        const bytesAfter = held + segment.stored
        const next = base + Math.min(Math.floor((bytesAfter / bytes) * classes), classes - 1)
        const known = cost[next] as number
        if (sum > known || (sum === known && bytesAfter >= (stored[next] as number))) continue
        cost[next] = sum
        stored[next] = bytesAfter
        before[next] = state
        via[next] = segment
      }
    }
  }
  let best = count - classes
  for (let state = best + 1; state < count; state++) if ((cost[state] as number) < (cost[best] as number)) best = state
  if (cost[best] === Number.POSITIVE_INFINITY) return undefined
  const found: SizedSegment[] = []
  for (let state = best; ; state = before[state] as number) {
    const segment = via[state]
    if (segment === undefined) return found.reverse()
    found.push(segment)
  }
}
