/**
 * What a cache of decoded pictures holds: a line of JSON for each picture, appended when its pixels are in place. A process
 * that is killed leaves at most a line cut short, which is not read; a picture whose pixels are not those of its line is
 * found by their checksum.
 */
import { appendFile, readFile, writeFile } from 'node:fs/promises'

export interface DecodedRow {
  /** Of the file: path in the folder, length in bytes, time of its last change in milliseconds. */
  readonly path: string
  readonly bytes: number
  readonly changed: number
  /** Where its pixels are: the number of pictures in front of it. */
  readonly row: number
  readonly sum: readonly [number, number]
  readonly colored: boolean
}

/** Lines that are written at once. */
const portion = 64

export class DecodedIndex {
  readonly #path: string
  /** By path; the last line counts. */
  readonly #rows: Map<string, DecodedRow>
  #next: number
  #unwritten: string[] = []

  private constructor(path: string, rows: Map<string, DecodedRow>, next: number) {
    this.#path = path
    this.#rows = rows
    this.#next = next
  }

  /**
   * Reads an index, or begins one.
   *
   * @param header its first line: what the pixels are of. An index with another one is not read.
   * @param most rows that the file of the pixels has
   * @param isRead nothing will be added, and nothing is written: the caller does not hold the lock
   */
  static async open(path: string, header: string, most: number, isRead = false): Promise<DecodedIndex> {
    const text = await readFile(path, 'utf8').catch(() => '')
    const [first, ...lines] = text.split('\n')
    if (first !== header) {
      if (!isRead) await writeFile(path, `${header}\n`)
      return new DecodedIndex(path, new Map(), 0)
    }
    const rows = new Map<string, DecodedRow>()
    let next = 0
    for (const line of lines) {
      const row = rowOf(line)
      if (row === undefined || row.row >= most) continue
      rows.set(row.path, row)
      next = Math.max(next, row.row + 1)
    }
    // A line that was cut short must not run into the next one.
    if (!text.endsWith('\n') && !isRead) await appendFile(path, '\n')
    return new DecodedIndex(path, rows, next)
  }

  /** Rows that no line points to any more. */
  get lost(): number {
    return this.#next - this.#rows.size
  }

  /** Of a file that has not changed since. */
  find(path: string, bytes: number, changed: number): DecodedRow | undefined {
    const row = this.#rows.get(path)
    return row?.bytes === bytes && row.changed === changed ? row : undefined
  }

  /** A row for pixels that are to be written. */
  reserve(): number {
    return this.#next++
  }

  /** To be called when the pixels are in place. */
  async add(row: DecodedRow): Promise<void> {
    this.#rows.set(row.path, row)
    const { path, bytes, changed, row: place, sum, colored } = row
    this.#unwritten.push(`${JSON.stringify([place, sum[0], sum[1], colored ? 1 : 0, bytes, changed, path])}\n`)
    if (this.#unwritten.length >= portion) await this.flush()
  }

  async flush(): Promise<void> {
    const lines = this.#unwritten.join('')
    this.#unwritten = []
    if (lines !== '') await appendFile(this.#path, lines)
  }
}

function rowOf(line: string): DecodedRow | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!Array.isArray(value) || value.length !== 7) return undefined
  const [row, a, b, colored, bytes, changed, path] = value as readonly unknown[]
  const isWhole = (each: unknown): each is number => Number.isSafeInteger(each) && (each as number) >= 0
  if (!isWhole(row) || !isWhole(a) || !isWhole(b) || !isWhole(bytes)) return undefined
  if (typeof changed !== 'number' || typeof path !== 'string') return undefined
  return { path, bytes, changed, row, sum: [a, b], colored: colored === 1 }
}
