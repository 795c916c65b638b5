/**
 * Events as TensorBoard reads them: protobuf messages (tensorflow/core/util/event.proto, framework/summary.proto) in records with
 * masked checksums (tensorflow/core/lib/io/record_writer.h).
 */

import { PbfWriter } from 'pbf'
import { crc32c } from './crc32c.ts'

/** The numbers of one array in ranges: `counts[i]` are above the limit before, up to `limits[i]`. */
export interface Histogram {
  readonly min: number
  readonly max: number
  readonly count: number
  readonly sum: number
  readonly sumOfSquares: number
  readonly limits: readonly number[]
  readonly counts: readonly number[]
}

export interface SummaryValue {
  readonly tag: string
  readonly value: number | Histogram
}

/** What is inside an event, besides its time and its step. */
export type EventContent =
  | { readonly kind: 'version' }
  /** The steps from here on replace those of earlier files. */
  | { readonly kind: 'start' }
  | { readonly kind: 'summary'; readonly values: readonly SummaryValue[] }

/** One event as a record of the file. @param wallTime seconds since 1970 */
export function encodeEvent(wallTime: number, step: number, content: EventContent): Uint8Array {
  const pbf = new PbfWriter()
  pbf.writeDoubleField(1, wallTime)
  if (step > 0) pbf.writeVarintField(2, step)
  if (content.kind === 'version') pbf.writeStringField(3, 'brain.Event:2')
  // SessionLog.START
  else if (content.kind === 'start') pbf.writeMessage(7, (_, log) => log.writeVarintField(1, 1), undefined)
  else pbf.writeMessage(5, writeSummary, content.values)
  return record(pbf.finish())
}

function writeSummary(values: readonly SummaryValue[], pbf: PbfWriter): void {
  for (const value of values) pbf.writeMessage(1, writeValue, value)
}

function writeValue({ tag, value }: SummaryValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, tag)
  if (typeof value === 'number') pbf.writeFloatField(2, value)
  else pbf.writeMessage(5, writeHistogram, value)
}

function writeHistogram(histogram: Histogram, pbf: PbfWriter): void {
  const { min, max, count, sum, sumOfSquares, limits, counts } = histogram
  pbf.writeDoubleField(1, min)
  pbf.writeDoubleField(2, max)
  pbf.writeDoubleField(3, count)
  pbf.writeDoubleField(4, sum)
  pbf.writeDoubleField(5, sumOfSquares)
  pbf.writePackedDouble(6, [...limits])
  pbf.writePackedDouble(7, [...counts])
}

/** uint64 length, its checksum, the data, its checksum; little-endian. */
function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length + 4)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length, true)
  view.setUint32(8, masked(bytes.subarray(0, 8)), true)
  bytes.set(data, 12)
  view.setUint32(12 + data.length, masked(data), true)
  return bytes
}

/** Rotated and shifted, because checksums of data that holds checksums are weak. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
