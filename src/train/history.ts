/**
 * The records of a training beside its checkpoint, in `<checkpoint>.history`: a file of JSON lines that only grows, so
 * that a checkpoint costs the same after one epoch and after ten thousand. The checkpoint says how many records belong
 * to it, and their checksum; lines behind them come from a session that was killed later, and are dropped.
 */

import { platform } from '#platform'
import { checksum } from '../core/checksum.ts'
import { inPortions, linesOf, type MetricsRecord } from './metrics.ts'
import { recordSchema } from './state.ts'

/** The first records of a history. */
export interface HistoryMark {
  readonly records: number
  /** Of their lines, one after the other: that of the next line follows from it. */
  readonly checksum: string
}

export const noRecords: HistoryMark = { records: 0, checksum: '' }

export const historyPathOf = (checkpoint: string) => `${checkpoint}.history`

const encoder = new TextEncoder()

function extended({ records, checksum: before }: HistoryMark, line: Uint8Array): HistoryMark {
  return { records: records + 1, checksum: checksum([encoder.encode(before), line]) }
}

export class HistoryFile {
  readonly #path: string
  #mark: HistoryMark

  private constructor(path: string, mark: HistoryMark) {
    this.#path = path
    this.#mark = mark
  }

  /** Begins the file, with the records of a training that is resumed. Later lines of it are dropped. */
  static async begin(checkpoint: string, records: readonly MetricsRecord[]): Promise<HistoryFile> {
    const path = historyPathOf(checkpoint)
    let mark = noRecords
    function* parts(): Generator<Uint8Array> {
      for (const bytes of linesOf(records)) {
        mark = extended(mark, bytes)
        yield bytes
      }
    }
    if (records.length === 0) await platform.removeFile(path)
    else await platform.writeFileAtomic(path, inPortions(parts()))
    return new HistoryFile(path, mark)
  }

  /** Appends what is new, flushed to the disk: a checkpoint that names these records may follow. */
  async append(records: readonly MetricsRecord[]): Promise<HistoryMark> {
    if (records.length === this.#mark.records) return this.#mark
    const lines = [...linesOf(records.slice(this.#mark.records))]
    for (const bytes of inPortions(lines)) await platform.appendFile(this.#path, bytes, true)
    this.#mark = lines.reduce(extended, this.#mark)
    return this.#mark
  }
}

/**
 * The records that a checkpoint belongs to, from the first of these files that has them: the history, or the metrics.
 * Undefined where none has.
 */
export async function findRecords(mark: HistoryMark, paths: readonly string[]): Promise<MetricsRecord[] | undefined> {
  if (mark.records === 0) return []
  for (const path of paths) {
    const bytes = await platform.readFile(path).catch(() => undefined)
    const records = bytes && recordsIn(bytes, mark)
    if (records !== undefined) return records
  }
  return undefined
}

function recordsIn(bytes: Uint8Array, wanted: HistoryMark): MetricsRecord[] | undefined {
  const decoder = new TextDecoder()
  const records: MetricsRecord[] = []
  let mark = noRecords
  for (let from = 0; mark.records < wanted.records; ) {
    const end = bytes.indexOf(newline, from)
    if (end < 0) return undefined
    const line = bytes.subarray(from, end + 1)
    const record = parsed(decoder.decode(line))
    if (recordSchema.fault(record) !== undefined) return undefined
    records.push(record as MetricsRecord)
    mark = extended(mark, line)
    from = end + 1
  }
  return mark.checksum === wanted.checksum ? records : undefined
}

const newline = 0x0a

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
