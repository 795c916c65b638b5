/**
 * Places blocks in one arena: best fit, largest first. Two blocks may share bytes when their lifetimes do not meet. The
 * heuristic is the "greedy by size" of Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference"
 * (2020), which they and we find within a few percent of the lower bound on ConvNets.
 */

export interface ArenaBlock {
  readonly bytes: number
  readonly from: number
  readonly to: number
}

export const ALIGNMENT = 64

export function align(bytes: number, to = ALIGNMENT): number {
  return Math.ceil(bytes / to) * to
}

export interface Placement {
  /** In the order of the blocks. */
  readonly offsets: readonly number[]
  readonly bytes: number
}

/** Deterministic: equal blocks are placed in the order given. */
export function place(blocks: readonly ArenaBlock[], alignment = ALIGNMENT): Placement {
  const order = blocks.map((_, index) => index)
  order.sort((a, b) => size(blocks, b) - size(blocks, a) || start(blocks, a) - start(blocks, b) || a - b)
  const offsets = new Array<number>(blocks.length).fill(0)
  // Sorted by offset, so that gaps are met in order.
  const placed: number[] = []
  let total = 0
  for (const index of order) {
    const block = blocks[index] as ArenaBlock
    const bytes = align(block.bytes, alignment)
    let best = -1
    let bestGap = Number.POSITIVE_INFINITY
    let free = 0
    for (const other of placed) {
      const neighbour = blocks[other] as ArenaBlock
      if (neighbour.to < block.from || block.to < neighbour.from) continue
      const offset = offsets[other] as number
      const gap = offset - free
      if (gap >= bytes && gap < bestGap) {
        best = free
        bestGap = gap
      }
      free = Math.max(free, offset + align(neighbour.bytes, alignment))
    }
    const offset = best === -1 ? free : best
    offsets[index] = offset
    total = Math.max(total, offset + bytes)
    placed.splice(insertionPoint(placed, offsets, offset), 0, index)
  }
  return { offsets, bytes: total }
}

function size(blocks: readonly ArenaBlock[], index: number): number {
  return blocks[index]?.bytes ?? 0
}

function start(blocks: readonly ArenaBlock[], index: number): number {
  return blocks[index]?.from ?? 0
}

function insertionPoint(placed: readonly number[], offsets: readonly number[], offset: number): number {
  let low = 0
  let high = placed.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((offsets[placed[middle] as number] as number) <= offset) low = middle + 1
    else high = middle
  }
  return low
}
