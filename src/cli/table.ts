/** Tables of the terminal: columns apart by two spaces, a rule below the titles and above the totals. */

import Table from 'cli-table3'
import type { TextTable } from '../inspect/costTable.ts'

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

export function printTable({ columns, rows, totals }: TextTable): string {
  const titles = columns.map(({ title }) => title)
  const all = [titles, ...rows, ...(totals === undefined ? [] : [totals])]
  const rule = columns.map((_, column) => '─'.repeat(Math.max(...all.map((row) => row[column]?.length ?? 0))))
  const table = new Table({
    chars: bare,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map(({ align }) => align),
  })
  table.push([...titles], rule, ...rows.map((row) => [...row]))
  if (totals !== undefined) table.push(rule, [...totals])
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
