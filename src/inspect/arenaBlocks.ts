/** The arena over time with block letters, for a terminal: steps across, bytes up. */

import type { Plan } from '../plan/types.ts'
import { type ArenaKind, arenaBoxes, arenaKinds } from './arenaKinds.ts'
import { fullestWords } from './arenaSvg.ts'
import { printBytes } from './units.ts'

const margin = 10

export interface ArenaBlocks {
  /** Lines of at most the width. */
  readonly drawing: string
  /** The fullest step, and what the letters mean: sentences to be wrapped. */
  readonly captions: readonly string[]
}

/** Each letter is what takes the most of its bytes and steps; a blank is memory that is free then. */
export function arenaBlocks(plan: Plan, width: number, rows = 14): ArenaBlocks {
  const columns = Math.max(8, Math.min(width - margin - 2, Math.max(plan.steps.length, 8)))
  const cells = shares(plan, columns, rows)
  const lines = cells.map((row, index) => {
    const bytes = ((rows - index) / rows) * plan.arenaBytes
    const label = index === 0 || index === Math.floor(rows / 2) ? printBytes(bytes) : ''
    return `${label.padStart(margin)} │${row.map(letterOf).join('')}`.trimEnd()
  })
  const used = new Set(arenaBoxes(plan).map(({ kind }) => kind))
  const legend = Object.entries(arenaKinds).flatMap(([kind, { block }]) =>
    used.has(kind as ArenaKind) ? [`${block} ${kind}`] : [],
  )
  return {
    drawing: [...lines, `${' '.repeat(margin)} └${'─'.repeat(columns)}`].join('\n'),
    captions: [fullestWords(plan), legend.join('   ')],
  }
}

type Cell = Map<ArenaKind, number>

function shares(plan: Plan, columns: number, rows: number): readonly (readonly Cell[])[] {
  const cells = Array.from({ length: rows }, () => Array.from({ length: columns }, (): Cell => new Map()))
  const count = Math.max(plan.steps.length, 1)
  for (const { kind, from, to, offset, bytes } of arenaBoxes(plan)) {
    for (const [column, wide] of parts((from / count) * columns, ((to + 1) / count) * columns, columns)) {
      const [low, high] = [offset, offset + bytes].map((at) => (at / plan.arenaBytes) * rows) as [number, number]
      for (const [row, tall] of parts(low, high, rows)) {
        const cell = cells[rows - 1 - row]?.[column] as Cell
        cell.set(kind, (cell.get(kind) ?? 0) + wide * tall)
      }
    }
  }
  return cells
}

/** The whole numbers that a range touches, and how much of each it covers. */
function parts(from: number, to: number, most: number): readonly (readonly [index: number, share: number])[] {
  const found: [number, number][] = []
  for (let index = Math.floor(from); index < Math.min(Math.ceil(to), most); index++) {
    const share = Math.min(to, index + 1) - Math.max(from, index)
    if (share > 0) found.push([index, share])
  }
  return found
}

/** Blank where less than a third of the cell is in use. */
function letterOf(cell: Cell): string {
  let [best, most, used]: [ArenaKind | undefined, number, number] = [undefined, 0, 0]
  for (const [kind, share] of cell) {
    used += share
    if (share > most) [best, most] = [kind, share]
  }
  return best === undefined || used < 1 / 3 ? ' ' : arenaKinds[best].block
}
