/**
 * What a training records of itself. A record is a plain object and one line of the metrics file. When records are made
 * depends on the number of steps only, so that a resumed training leaves the same ones, apart from their times.
 */

import { platform } from '#platform'
import type { WeightsRecord } from './weightRecord.ts'

/** Means over the steps since the record before. */
export interface StepRecord {
  readonly kind: 'step'
  /** Counted from 1. */
  readonly epoch: number
  /** Steps finished. */
  readonly step: number
  /** As trained: with label smoothing and dropout. */
  readonly loss: number
  /** Share of the pictures that were right, 0 to 1, before each step's update; absent for a loss of numbers. */
  readonly accuracy?: number | undefined
  /** Learning rate of the last of the steps. */
  readonly rate: number
  /** Of training so far, over all sessions. */
  readonly seconds: number
  /** Seconds, since the record before, in which steps waited for their images: an upper bound. */
  readonly waited?: number | undefined
}

/** Means over an epoch, and what the validation split gave after it; the test split where there is no other. */
export interface EpochRecord {
  readonly kind: 'epoch'
  readonly epoch: number
  readonly step: number
  readonly loss: number
  readonly accuracy?: number | undefined
  readonly rate: number
  readonly validationLoss?: number | undefined
  readonly validationAccuracy?: number | undefined
  readonly testLoss?: number | undefined
  readonly testAccuracy?: number | undefined
  /** With a running mean of the weights: the same of the weights themselves, on the same images. */
  readonly plainLoss?: number | undefined
  readonly plainAccuracy?: number | undefined
  readonly seconds: number
  /** Of the epoch, as far as this session trained it. */
  readonly waited?: number | undefined
}

export type MetricsRecord = StepRecord | EpochRecord | WeightsRecord

/** Steps between two records: about forty an epoch. */
export function recordInterval(stepsPerEpoch: number): number {
  return Math.max(1, Math.round(stepsPerEpoch / 40))
}

/** Sums of losses and hits, in float64. */
export interface Tally {
  loss: number
  hits: number
  count: number
}

export const emptyTally = (): Tally => ({ loss: 0, hits: 0, count: 0 })

export function addTo(tally: Tally, { loss, hits, count }: Tally): void {
  tally.loss += loss
  tally.hits += hits
  tally.count += count
}

export function means({ loss, hits, count }: Tally): { readonly loss: number; readonly accuracy: number } {
  return { loss: loss / Math.max(1, count), accuracy: hits / Math.max(1, count) }
}

/** A line for each record, as UTF-8. */
export function* linesOf(records: Iterable<MetricsRecord>): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  for (const record of records) yield encoder.encode(`${JSON.stringify(record)}\n`)
}

/** The file of JSON lines. */
export class MetricsFile {
  readonly #path: string
  #written: number

  private constructor(path: string, written: number) {
    this.#path = path
    this.#written = written
  }

  /** Begins the file with the records of a checkpoint, or none: what a killed session left behind them is dropped. */
  static async open(path: string, records: readonly MetricsRecord[]): Promise<MetricsFile> {
    await platform.writeFileAtomic(path, inPortions(linesOf(records)))
    return new MetricsFile(path, records.length)
  }

  /** Appends what is new. A process killed meanwhile leaves at most the last line cut short, and resuming drops that. */
  async append(records: readonly MetricsRecord[]): Promise<void> {
    if (records.length === this.#written) return
    const lines = linesOf(records.slice(this.#written))
    this.#written = records.length
    for (const bytes of inPortions(lines)) await platform.appendFile(this.#path, bytes)
  }
}

const portionBytes = 2 ** 16

/** The same bytes in fewer, larger parts. */
export function* inPortions(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  let portion: Uint8Array[] = []
  let size = 0
  for (const part of parts) {
    portion.push(part)
    size += part.length
    if (size < portionBytes) continue
    yield joined(portion, size)
    portion = []
    size = 0
  }
  if (size > 0) yield joined(portion, size)
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
