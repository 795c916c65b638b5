/**
 * Which bytes of the arena are taken, and when: a segment tree over time (de Berg et al., "Computational Geometry", 3rd
 * ed., §10.3) whose nodes hold sets of bytes. A lifetime is the union of O(log moments) nodes, its parts. Blocks that lie
 * side by side merge into one range, so a node holds few ranges where the placement is tight: one to four in a training
 * of 10,000 layers, where thousands of blocks are alive at once.
 */

import { addRange, keepLargestGaps, type Ranges, type Union } from './ranges.ts'

export class Occupancy {
  /** Ranges written and read: proportional to the time, and the same on any machine. */
  work = 0
  readonly #mostRanges: number
  readonly #leaves: number
  /** By node, in a heap's order (root 1, children 2i and 2i + 1): bytes taken at some moment of the node's period. */
  readonly #sometimes: (Ranges | undefined)[]
  /** Bytes taken during the whole of a node's period, by the blocks that have the node as a part. */
  readonly #throughout: (Ranges | undefined)[]
  /** Of the lifetime at hand: the nodes that it is the union of, and all nodes above them. */
  readonly #parts: number[] = []
  readonly #above: number[] = []

  /**
   * Moments are whole numbers from 0 to below `moments`. A node with more than `mostRanges` ranges gives up its smaller
   * gaps: they become taken.
   */
  constructor(moments: number, mostRanges: number) {
    this.#mostRanges = mostRanges
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(moments, 1)))
    this.#sometimes = new Array<Ranges | undefined>(2 * this.#leaves).fill(undefined)
    this.#throughout = new Array<Ranges | undefined>(2 * this.#leaves).fill(undefined)
  }

  /** Takes the bytes from `start` to below `end` from moment `first` to `last`, inclusive. */
  take(first: number, last: number, start: number, end: number): void {
    this.#find(first, last)
    for (const node of this.#parts) {
      this.#write(this.#sometimes, node, start, end)
      // `throughout` is read for what lies below the node, and nothing lies below a leaf.
      if (node < this.#leaves) this.#write(this.#throughout, node, start, end)
    }
    for (const node of this.#above) this.#write(this.#sometimes, node, start, end)
  }

  /** Adds to `union` what is taken at any moment from `first` to `last`, inclusive; gaps below `leastGap` are closed. */
  gather(first: number, last: number, leastGap: number, union: Union): void {
    this.#find(first, last)
    // The parts first: they cover most, and the union stays short.
    for (const node of this.#parts) this.#read(this.#sometimes, node, leastGap, union)
    for (const node of this.#above) this.#read(this.#throughout, node, leastGap, union)
  }

  #write(sets: (Ranges | undefined)[], node: number, start: number, end: number): void {
    this.work++
    const ranges = sets[node]
    if (ranges === undefined) {
      sets[node] = [start, end]
      return
    }
    addRange(ranges, start, end)
    // Down to half of the limit, so that it is rarely needed.
    if (ranges.length > 2 * this.#mostRanges) keepLargestGaps(ranges, this.#mostRanges >> 1)
  }

  #read(sets: readonly (Ranges | undefined)[], node: number, leastGap: number, union: Union): void {
    const ranges = sets[node]
    if (ranges === undefined) return
    this.work += (union.length + ranges.length) / 2
    union.add(ranges, leastGap)
  }

  #find(first: number, last: number): void {
    this.#parts.length = 0
    this.#above.length = 0
    let left = first + this.#leaves
    let right = last + this.#leaves + 1
    // Above the parts are the nodes whose period an end of the lifetime cuts in two.
    for (let level = 1; left >> level > 0; level++) {
      const node = left >> level
      const other = (right - 1) >> level
      const isCutLeft = node << level !== left
      const isCutRight = (right >> level) << level !== right
      if (isCutLeft) this.#above.push(node)
      if (isCutRight && !(isCutLeft && node === other)) this.#above.push(other)
    }
    for (; left < right; left >>= 1, right >>= 1) {
      if (left % 2 === 1) this.#parts.push(left++)
      if (right % 2 === 1) this.#parts.push(--right)
    }
  }
}
