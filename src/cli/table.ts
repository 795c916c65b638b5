/** Tables of the terminal: columns apart by two spaces, a rule below the titles and above the totals. */

import { printable } from '../core/text.ts'
import type { TextTable } from '../inspect/costTable.ts'
import { columnsOf, shorten } from '../inspect/shorten.ts'
import { columnsFor } from './columns.ts'

/** Between columns. No frame: tables are copied into reports and mails. */
const gap = '  '
/** No text column is made narrower than this. */
const narrowest = 8

/** Control characters are shown as escapes. A table wider than `width` loses columns, then ends of names. */
export function printTable(table: TextTable, width = columnsFor(process.stdout) ?? Number.POSITIVE_INFINITY): string {
  const fitted = fitTable(printableCells(table), width)
  const { columns, rows, totals } = fitted
  const widths = widthsOf(fitted)
  const line = (row: readonly string[]) =>
    columns
      .map(({ align }, at) => pad(row[at] ?? '', widths[at] as number, align))
      .join(gap)
      .trimEnd()
  const rule = widths.map((each) => '─'.repeat(each)).join(gap)
  return [
    line(columns.map(({ title }) => title)),
    rule,
    ...rows.map(line),
    ...(totals === undefined ? [] : [rule, line(totals)]),
  ].join('\n')
}

/** To `width` columns of the terminal, which are not the text's characters. */
function pad(text: string, width: number, align: TextTable['columns'][number]['align']): string {
  const space = ' '.repeat(width - columnsOf(text))
  return align === 'right' ? space + text : text + space
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

const total = (widths: readonly number[]) => widths.reduce((sum, each) => sum + each + gap.length, -gap.length)
