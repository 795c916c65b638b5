/** Tables of the terminal: columns apart by two spaces, a rule below the titles and above the totals. */

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

/** Control characters are shown as escapes. A table wider than `width` loses columns, then ends of names. */
export function printTable(table: TextTable, width = columnsFor(process.stdout) ?? Number.POSITIVE_INFINITY): string {
  const { columns, rows, totals } = fitTable(printableCells(table), width)
  const titles = columns.map(({ title }) => title)
  const rule = widthsOf({ columns, rows, ...(totals && { totals }) }).map((each) => '─'.repeat(each))
  const drawn = new Table({
    chars: bare,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map(({ align }) => align),
  })
  drawn.push([...titles], rule, ...rows.map((row) => [...row]))
  if (totals !== undefined) drawn.push(rule, [...totals])
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
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
