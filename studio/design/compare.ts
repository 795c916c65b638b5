/** Two designs side by side: which layers correspond, and where their numbers differ. */

import type { LayerFacts } from './messages.ts'

/** What is compared of a layer. */
export type Measured = Pick<
  LayerFacts,
  'name' | 'type' | 'word' | 'description' | 'output' | 'parameters' | 'macs' | 'activations'
>

export interface Pair {
  /** Absent: only the other design has it. */
  readonly pinned?: Measured
  readonly current?: Measured
  readonly differs: Readonly<Record<'volume' | 'parameters' | 'macs', boolean>>
}

const same = (a: Measured, b: Measured) => a.description === b.description && a.type === b.type

/** Designs with more pairs are compared row by row: the table would take seconds. */
const mostCells = 1_000_000

/** Layers side by side: the longest common sequence; what was changed in place stands beside what it was. */
export function paired(pinned: readonly Measured[], current: readonly Measured[]): readonly Pair[] {
  const [rows, columns] = [pinned.length, current.length]
  if (rows * columns > mostCells)
    return Array.from({ length: Math.max(rows, columns) }, (_, index) => pairOf(pinned[index], current[index]))
  // best[i][j]: how much of the layers from i and from j can be matched; the same type counts half of the same layer.
  const best = Array.from({ length: rows + 1 }, () => new Float64Array(columns + 1))
  const gain = (i: number, j: number) => {
    const [a, b] = [pinned[i] as Measured, current[j] as Measured]
    return same(a, b) ? 2 : a.type === b.type ? 1 : 0
  }
  const at = (i: number, j: number) => best[i]?.[j] as number
  for (let i = rows - 1; i >= 0; i--)
    for (let j = columns - 1; j >= 0; j--)
      (best[i] as Float64Array)[j] = Math.max(gain(i, j) && gain(i, j) + at(i + 1, j + 1), at(i + 1, j), at(i, j + 1))
  const pairs: Pair[] = []
  let [i, j] = [0, 0]
  while (i < rows || j < columns) {
    const isMatch = i < rows && j < columns && gain(i, j) > 0 && at(i, j) === gain(i, j) + at(i + 1, j + 1)
    const takesPinned = isMatch || (i < rows && (j >= columns || at(i, j) === at(i + 1, j)))
    const takesCurrent = isMatch || !takesPinned
    pairs.push(pairOf(takesPinned ? pinned[i] : undefined, takesCurrent ? current[j] : undefined))
    if (takesPinned) i += 1
    if (takesCurrent) j += 1
  }
  return pairs
}

function pairOf(pinned: Measured | undefined, current: Measured | undefined): Pair {
  const volume = (layer: Measured | undefined) =>
    layer && `${layer.output.height}×${layer.output.width}×${layer.output.channels}`
  return {
    ...(pinned !== undefined && { pinned }),
    ...(current !== undefined && { current }),
    differs: {
      volume: volume(pinned) !== volume(current),
      parameters: pinned?.parameters !== current?.parameters,
      macs: pinned?.macs !== current?.macs,
    },
  }
}

/** `−45 %`, `+3.2 %`, `=`; `×12` from ten times on. */
export function changeText(before: number, after: number): string {
  if (before === after) return '='
  if (before === 0 || after / before >= 10) return before === 0 ? `+${after}` : `×${Math.round(after / before)}`
  const percent = 100 * (after / before - 1)
  const size = Math.abs(percent)
  const digits = size < 0.05 ? '<0.1' : size < 10 ? size.toFixed(1) : size.toFixed(0)
  return `${percent < 0 ? '−' : '+'}${digits} %`
}
