/**
 * Event files for TensorBoard: what a training records, as scalars and histograms. Each session writes a file of its own, which
 * begins with all records so far, so that a resumed training shows as one, without the steps that were lost.
 */

import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { platform } from '#platform'
import { FileError } from '../../platform/errors.ts'
import { systemReason } from '../../platform/systemErrors.ts'
import type { MetricsRecord } from '../../train/metrics.ts'
import type { WeightSummary } from '../../train/weightRecord.ts'
import { encodeEvent, type Histogram, type SummaryValue } from '../tensorboard/events.ts'
import { Tags } from '../tensorboard/tags.ts'

/** A write has about this many bytes. */
const portionBytes = 2 ** 16

export class EventLog {
  /** The file. */
  readonly path: string
  readonly #tags = new Tags()
  #written = 0
  /** Seconds since 1970 at which the training would have begun, had it run without a break. */
  #origin: number | undefined
  #seconds = 0

  private constructor(path: string) {
    this.path = path
  }

  /** Makes the folder where there is none, and begins a file in it. Throws `FileError`. */
  static async open(folder: string): Promise<EventLog> {
    await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
      throw new FileError(`cannot make the folder ${folder}`, { ...systemReason(cause), cause })
    })
    const now = Date.now() / 1000
    const stem = `events.out.tfevents.${Math.floor(now).toString().padStart(10, '0')}.lenslet.${process.pid}`
    let path = join(folder, `${stem}.0`)
    for (let number = 1; existsSync(path); number++) path = join(folder, `${stem}.${number}`)
    const start = [encodeEvent(now, 0, { kind: 'version' }), encodeEvent(now, 0, { kind: 'start' })]
    await platform.writeFileAtomic(path, start)
    return new EventLog(path)
  }

  /** Appends what is new in the records of a training: `progress.records`, or `result.records`. Throws `FileError`. */
  async add(records: readonly MetricsRecord[]): Promise<void> {
    if (records.length === this.#written) return
    const last = records.findLast((record) => record.kind !== 'weights')
    this.#origin ??= Date.now() / 1000 - (last?.seconds ?? 0)
    let parts: Uint8Array[] = []
    let bytes = 0
    for (const record of records.slice(this.#written)) {
      if (record.kind !== 'weights') this.#seconds = record.seconds
      const content = { kind: 'summary', values: this.#valuesOf(record) } as const
      const event = encodeEvent(this.#origin + this.#seconds, record.step, content)
      parts.push(event)
      bytes += event.length
      if (bytes < portionBytes) continue
      await platform.appendFile(this.path, Buffer.concat(parts))
      parts = []
      bytes = 0
    }
    if (bytes > 0) await platform.appendFile(this.path, Buffer.concat(parts))
    this.#written = records.length
  }

  #valuesOf(record: MetricsRecord): readonly SummaryValue[] {
    if (record.kind === 'weights') {
      return record.weights.flatMap((each) => [
        { tag: this.#tags.of('weights', each.name), value: histogramOf(each) },
        ...(each.ratio === undefined ? [] : [{ tag: this.#tags.of('update_ratio', each.name), value: each.ratio }]),
      ])
    }
    const { loss, accuracy, rate } = record
    if (record.kind === 'step') {
      return present([
        ['loss/training', loss],
        ['accuracy/training', accuracy],
        ['learning_rate', rate],
      ])
    }
    return present([
      ['loss/training_epoch', loss],
      ['accuracy/training_epoch', accuracy],
      ['loss/validation', record.validationLoss],
      ['accuracy/validation', record.validationAccuracy],
      ['loss/test', record.testLoss],
      ['accuracy/test', record.testAccuracy],
    ])
  }
}

function present(values: readonly (readonly [tag: string, value: number | undefined])[]): readonly SummaryValue[] {
  return values.flatMap(([tag, value]) => (value === undefined ? [] : [{ tag, value }]))
}

function histogramOf({ min, max, mean, deviation, counts }: WeightSummary): Histogram {
  const count = counts.reduce((a, b) => a + b, 0)
  const width = (max - min) / counts.length
  return {
    min,
    max,
    count,
    sum: mean * count,
    sumOfSquares: (deviation * deviation + mean * mean) * count,
    limits: counts.map((_, i) => (i === counts.length - 1 ? max : min + (i + 1) * width)),
    counts,
  }
}
