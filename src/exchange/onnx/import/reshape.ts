/** Reshapes as another grouping of the same parts. */

import { Batches, type Dimension, type Entry, joined, type Piece } from './values.ts'

/**
 * The parts of `dimensions` in their order, grouped to the lengths of `shape`. Undefined where an axis would have to be cut
 * in a way that no product describes.
 *
 * @param fixedBatch the batch size that the graph was exported with, where its shapes hold it as a number
 */
export function regroup(
  dimensions: readonly Dimension[],
  shape: readonly Entry[],
  fixedBatch: number | undefined,
): readonly Dimension[] | undefined {
  const left = dimensions.flat()
  const groups: Dimension[] = []
  for (const length of shape) {
    const group = take(left, length, fixedBatch)
    if (group === undefined) return undefined
    groups.push(joined(group))
  }
  return left.length === 0 ? groups : undefined
}

/** Takes parts of this length from the front of `left`. */
function take(left: Piece[], length: Entry, fixedBatch: number | undefined): Piece[] | undefined {
  const group: Piece[] = []
  let rest = length instanceof Batches ? length.times : length
  const takesBatch =
    length instanceof Batches || (left[0]?.root === 'n' && fixedBatch !== undefined && rest % fixedBatch === 0)
  if (takesBatch) {
    const first = left.shift()
    if (first?.root !== 'n') return undefined
    group.push(first)
    if (!(length instanceof Batches)) rest /= fixedBatch as number
  }
  while (rest > 1) {
    const next = left.shift()
    if (next === undefined || next.root === 'n') return undefined
    const { root, size, stride } = next
    if (rest % size === 0) {
      group.push(next)
      rest /= size
    } else if (size % rest === 0) {
      const inner = size / rest
      group.push({ root, size: rest, stride: stride * inner })
      left.unshift({ root, size: inner, stride })
      rest = 1
    } else return undefined
  }
  return rest === 1 ? group : undefined
}

/** A shape with −1 (what is left) and 0 (as before) replaced. Undefined where it does not work out. */
export function resolveShape(
  wanted: readonly Entry[],
  before: readonly Entry[],
  allowZero: boolean,
): readonly Entry[] | undefined {
  const copied = wanted.map((entry, index) => (entry === 0 && !allowZero ? before[index] : entry))
  if (copied.some((entry) => entry === undefined)) return undefined
  const open = copied.indexOf(-1)
  if (open === -1) return copied as readonly Entry[]
  const total = product(before)
  const others = product(copied.filter((_, index) => index !== open) as readonly Entry[])
  const rest = quotient(total, others)
  return rest === undefined ? undefined : (copied.with(open, rest) as readonly Entry[])
}

interface Power {
  readonly times: number
  /** How many times the batch is a factor. */
  readonly batches: number
}

function product(entries: readonly Entry[]): Power {
  return entries.reduce<Power>(
    ({ times, batches }, entry) =>
      entry instanceof Batches
        ? { times: times * entry.times, batches: batches + 1 }
        : { times: times * entry, batches },
    { times: 1, batches: 0 },
  )
}

function quotient(a: Power, b: Power): Entry | undefined {
  const [times, batches] = [a.times / b.times, a.batches - b.batches]
  if (!Number.isInteger(times) || batches < 0 || batches > 1) return undefined
  return batches === 1 ? new Batches(times) : times
}
