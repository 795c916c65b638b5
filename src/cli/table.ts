/** Tables of the terminal, drawn by cli-table3: columns apart by two spaces, a rule below the titles and above the totals. */

import Table from 'cli-table3'
import { printable } from '../core/text.ts'
import type { TextTable } from '../inspect/costTable.ts'
import { columnsOf, shorten } from '../inspect/shorten.ts'
import { columnsFor } from './columns.ts'

/** No frame: tables are copied into reports and mails. */
const bare = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}
const gap = bare.middle.length
/** No text column is made narrower than this. */
const narrowest = 8
/**
 * Rows that cli-table3 draws at a time. Its time grows with their square: 9,000 rows of 7 columns take it 9 s at once, and
 * 1.2 s in blocks of 50 to 200.
 */
const blockRows = 100

/** Control characters are shown as escapes. A table wider than `width` loses columns, then ends of names. */
export function printTable(table: TextTable, width = columnsFor(process.stdout) ?? Number.POSITIVE_INFINITY): string {
  const fitted = fitTable(printableCells(table), width)
  const { columns, rows, totals } = fitted
  const rule = widthsOf(fitted).map((each) => '─'.repeat(each))
  const lines = [columns.map(({ title }) => title), rule, ...rows, ...(totals === undefined ? [] : [rule, totals])]
  const blocks = Array.from({ length: Math.ceil(lines.length / blockRows) }, (_, block) =>
    lines.slice(block * blockRows, (block + 1) * blockRows),
  )
  // A rule comes first in each block, so that all blocks have the same columns, and is then removed.
  return blocks.flatMap((block) => drawn([rule, ...block], columns).slice(1)).join('\n')
}

/** The lines of a table without borders; each row is one line. */
function drawn(rows: readonly (readonly string[])[], columns: TextTable['columns']): string[] {
  const table = new Table({
    chars: bare,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map(({ align }) => align),
  })
  table.push(...rows.map((row) => [...row]))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}

function printableCells({ columns, rows, totals }: TextTable): TextTable {
  const cells = (row: readonly string[]) => row.map(printable)
  return { columns, rows: rows.map(cells), ...(totals && { totals: cells(totals) }) }
}

/** Leaves out columns in the order of their `drop`, then shortens the widest columns of text. */
function fitTable(table: TextTable, width: number): TextTable {
  if (total(widthsOf(table)) <= width) return table
  const drops = table.columns.flatMap(({ drop }) => drop ?? [])
  if (drops.length > 0) return fitTable(without(table, Math.min(...drops)), width)
  const limits = widthsOf(table)
  const isText = ({ align }: TextTable['columns'][number]) => align === 'left'
  while (total(limits) > width) {
    const widest = limits.reduce(
      (best, each, at) =>
        isText(table.columns[at] as TextTable['columns'][number]) && each > (limits[best] ?? narrowest) ? at : best,
      -1,
    )
    if (widest === -1) break
    limits[widest] = (limits[widest] as number) - 1
  }
  const cells = (row: readonly string[]) => row.map((cell, at) => shorten(cell, limits[at] as number))
  const { columns, rows, totals } = table
  return { columns, rows: rows.map(cells), ...(totals && { totals: cells(totals) }) }
}

function without({ columns, rows, totals }: TextTable, drop: number): TextTable {
  const cells = (row: readonly string[]) => row.filter((_, at) => columns[at]?.drop !== drop)
  return {
    columns: columns.filter((column) => column.drop !== drop),
    rows: rows.map(cells),
    ...(totals && { totals: cells(totals) }),
  }
}

function widthsOf({ columns, rows, totals }: TextTable): number[] {
  const all = [columns.map(({ title }) => title), ...rows, ...(totals === undefined ? [] : [totals])]
  return columns.map((_, at) => all.reduce((most, row) => Math.max(most, columnsOf(row[at] ?? '')), 0))
}

const total = (widths: readonly number[]) => widths.reduce((sum, each) => sum + each + gap, -gap)
