/**
 * A table of labels, as CSV with a header: `file,label` has a class for each picture; `file,labels` several labels, apart by
 * `;` or `|`; any other names a number in each further column. A column `split` may say train, validation or test.
 */
import { closest } from '../../core/suggest.ts'
import { listed, printable, sameForm } from '../../core/text.ts'
import { type CsvRow, readCsv } from '../csvRows.ts'
import { LabelTableError } from './labelTableError.ts'

type SplitName = 'train' | 'validation' | 'test'

export interface LabelledFile {
  /** As the table has it. */
  readonly file: string
  readonly line: number
  readonly split: SplitName | undefined
  /** Of a table of classes. */
  readonly label?: string
  /** Of the others: a number for each name, or whether a label applies. */
  readonly targets?: readonly number[]
}

export interface LabelTable {
  readonly kind: 'classes' | 'labels' | 'numbers'
  /** Sorted classes or labels; names of numbers in the order of their columns. */
  readonly names: readonly string[]
  readonly files: readonly LabelledFile[]
}

const fileColumns = ['file', 'filename', 'file_name', 'image', 'image_id', 'path', 'id', 'name']
const labelColumns = ['label', 'class', 'category', 'breed', 'target', 'species']
const severalColumns = ['labels', 'classes', 'tags', 'categories']
const splits: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
}

/**
 * @param where the file, for errors
 * @throws {LabelTableError} no header, an empty cell, a file that is there twice, a number that is none
 */
export function readLabelTable(text: string, where: string): LabelTable {
  const [header, ...rows] = readCsv(text, printable(where))
  const columns = header?.cells.map((cell) => cell.toLowerCase()) ?? []
  const at = columns.findIndex((name) => fileColumns.includes(name))
  if (header === undefined || at < 0 || rows.length === 0)
    throw new LabelTableError(where, header?.line ?? 1, 'the table has no header with a column of files', {
      received: header === undefined ? 'an empty file' : header.cells.slice(0, 6).map(printable).join(','),
      expected: 'a first line such as file,label or file,labels or file,x,y, and a line for each image',
      advice: 'add the line file,label',
    })
  const splitAt = columns.indexOf('split')
  const others = columns.flatMap((_, i) => (i === at || i === splitAt ? [] : [i]))
  if (others.length === 0)
    throw new LabelTableError(where, header.line, 'the table has files, but nothing to learn', {
      received: header.cells.join(','),
      expected: 'a further column: label, labels, or numbers',
    })
  for (const row of rows)
    if (row.cells.length !== columns.length)
      throw new LabelTableError(where, row.line, 'the row does not have as many cells as the header', {
        received: `${row.cells.length} cells: ${row.cells.slice(0, 6).map(printable).join(',')}`,
        expected: `${columns.length}: ${header.cells.slice(0, 6).map(printable).join(',')}`,
        advice: 'put cells that hold commas into quotes',
      })
  const files = rows.map((row) => ({
    file: fileOf(row, at, where),
    line: row.line,
    split: splitOf(row, splitAt, where),
  }))
  refuseRepeated(files, where)
  const [only = 0] = others
  if (others.length === 1 && labelColumns.includes(columns[only] as string)) return classesOf(files, rows, only, where)
  if (others.length === 1 && severalColumns.includes(columns[only] as string)) return labelsOf(files, rows, only, where)
  const names = others.map((i) => sameForm(header.cells[i] as string))
  const numbers = rows.map(({ cells, line }) =>
    others.map((i) => numberOf(cells[i] as string, line, columns, i, where)),
  )
  return { kind: 'numbers', names, files: files.map((each, i) => ({ ...each, targets: numbers[i] as number[] })) }
}

type Named = Pick<LabelledFile, 'file' | 'line' | 'split'>

function classesOf(files: readonly Named[], rows: readonly CsvRow[], column: number, where: string): LabelTable {
  const labels = rows.map(({ cells, line }) => {
    const label = sameForm(cells[column] as string)
    if (label === '') throw emptyCell(where, line, 'label')
    return label
  })
  return {
    kind: 'classes',
    names: sorted(labels),
    files: files.map((each, i) => ({ ...each, label: labels[i] as string })),
  }
}

function labelsOf(files: readonly Named[], rows: readonly CsvRow[], column: number, where: string): LabelTable {
  const each = rows.map(({ cells }) =>
    (cells[column] as string).split(/[;|]/).flatMap((label) => (label.trim() === '' ? [] : [sameForm(label.trim())])),
  )
  const names = sorted(each.flat())
  if (names.length === 0) throw emptyCell(where, rows[0]?.line ?? 1, 'label')
  const places = new Map(names.map((name, i) => [name, i]))
  const targets = each.map((labels) => {
    const row = new Array<number>(names.length).fill(0)
    for (const label of labels) row[places.get(label) as number] = 1
    return row
  })
  return { kind: 'labels', names, files: files.map((one, i) => ({ ...one, targets: targets[i] as number[] })) }
}

/** Finite: `nan`, `inf` and empty cells are refused here, not when the loss is NaN. */
function numberOf(cell: string, line: number, columns: readonly string[], column: number, where: string): number {
  const value = Number(cell)
  if (cell !== '' && Number.isFinite(value) && Number.isFinite(Math.fround(value))) return value
  throw new LabelTableError(where, line, `${printable(columns[column] as string)} is not a finite number`, {
    received: cell === '' ? 'an empty cell' : printable(cell),
    expected: 'a number such as 0.5',
    advice: `correct it or remove the line; of classes, call the column label (now: ${columns.map(printable).join(',')})`,
  })
}

function fileOf({ cells, line }: CsvRow, column: number, where: string): string {
  const file = cells[column] as string
  if (file === '') throw emptyCell(where, line, 'file')
  return file
}

function splitOf({ cells, line }: CsvRow, column: number, where: string): SplitName | undefined {
  const word = column < 0 ? '' : (cells[column] as string).toLowerCase()
  if (word === '') return undefined
  const split = Object.hasOwn(splits, word) ? splits[word] : undefined
  if (split !== undefined) return split
  const near = closest(word, Object.keys(splits))
  throw new LabelTableError(where, line, 'there is no such split', {
    received: printable(word),
    expected: 'train, validation or test',
    ...(near && { advice: near }),
  })
}

function refuseRepeated(files: readonly Named[], where: string): void {
  const seen = new Map<string, number>()
  for (const { file, line } of files) {
    const before = seen.get(file)
    if (before !== undefined)
      throw new LabelTableError(where, line, `${printable(file)} is there twice`, {
        received: `lines ${before} and ${line}`,
        expected: 'a line for each image; several labels in one cell: cat;indoors',
      })
    seen.set(file, line)
  }
}

function emptyCell(where: string, line: number, what: string): LabelTableError {
  return new LabelTableError(where, line, `the ${what} is empty`, {
    received: 'an empty cell',
    expected: `a ${what}`,
    advice: 'fill it in, or remove the line',
  })
}

/** Each once. */
function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort()
}

/** Throws where the test or validation pictures have a label that no training picture has. */
export function refuseUntrained(
  where: string,
  trained: ReadonlySet<string>,
  tested: readonly { readonly label?: string; readonly line: number }[],
): void {
  const found = tested.find(({ label }) => label !== undefined && !trained.has(label))
  if (found === undefined) return
  throw new LabelTableError(where, found.line, `no training image has the label ${printable(found.label as string)}`, {
    received: `${printable(found.label as string)}, of an image for validation or test`,
    expected: `a label of the training images: ${listed([...trained], 10)}`,
    advice: 'correct the label, or add training images of it',
  })
}
