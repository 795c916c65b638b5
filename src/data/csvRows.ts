/** Reads CSV (RFC 4180) with the line that each row begins in, for errors. Also apart by semicolons or tabs, as Excel writes it. */
import { DatasetError } from './errors.ts'

export interface CsvRow {
  /** In the file, from 1. */
  readonly line: number
  /** Without spaces at the ends. */
  readonly cells: readonly string[]
}

/** More is no table of labels, and costs memory. */
const mostCells = 10_000

/**
 * Rows without those that are empty. Quotes may hold separators, line ends and doubled quotes.
 *
 * @param where the file, for errors
 * @throws {DatasetError} a quote that does not end, or too many cells in a row
 */
export function readCsv(text: string, where: string): readonly CsvRow[] {
  const separator = separatorOf(text)
  const rows: CsvRow[] = []
  let cells: string[] = []
  let line = 1
  let begins = 1
  let at = text.startsWith('\ufeff') ? 1 : 0
  const end = () => {
    if (cells.some((cell) => cell !== '')) rows.push({ line: begins, cells })
    cells = []
    begins = line
  }
  while (at < text.length) {
    let cell: string
    if (text[at] === '"') {
      const close = closing(text, at)
      if (close < 0)
        throw new DatasetError(`${where}, line ${line}: a quote does not end`, {
          received: text.slice(at, at + 40),
          expected: 'a closing quote; a quote inside of quotes is doubled',
        })
      cell = text.slice(at + 1, close).replaceAll('""', '"')
      line += cell.split('\n').length - 1
      at = close + 1
    } else {
      const from = at
      while (at < text.length && text[at] !== separator && text[at] !== '\n') at++
      cell = text.slice(from, at)
    }
    cells.push(cell.trim())
    if (cells.length > mostCells)
      throw new DatasetError(`${where}, line ${line}: too many cells`, {
        received: `more than ${mostCells}`,
        expected: 'a table of files and labels',
      })
    // What follows a closing quote is no part of the cell.
    while (at < text.length && text[at] !== separator && text[at] !== '\n') at++
    if (text[at] === '\n') {
      line++
      end()
    } else if (at === text.length - 1) cells.push('')
    at++
  }
  end()
  return rows
}

function closing(text: string, open: number): number {
  let at = open + 1
  for (;;) {
    at = text.indexOf('"', at)
    if (at < 0 || text[at + 1] !== '"') return at
    at += 2
  }
}

/** By the first line. */
function separatorOf(text: string): string {
  const [first = ''] = text.split('\n', 1)
  return first.includes(',') ? ',' : first.includes(';') ? ';' : first.includes('\t') ? '\t' : ','
}
