// Event files, read by a strict reader that is written from the format's definition and shares nothing with the writer.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MetricsRecord } from '../../train/metrics.ts'
import { crc32c } from '../tensorboard/crc32c.ts'
import { Tags } from '../tensorboard/tags.ts'
import { EventLog } from './eventLog.ts'

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-events-'))
})
afterAll(() => rm(place, { recursive: true }))

/** CRC-32C bit by bit, by division of polynomials. */
function slowCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

const masked = (bytes: Uint8Array) => {
  const crc = slowCrc(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

/** Fails for anything that does not belong there. */
function recordsIn(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const found: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    const length = Number(view.getBigUint64(at, true))
    expect(view.getUint32(at + 8, true)).toBe(masked(bytes.subarray(at, at + 8)))
    expect(at + 16 + length).toBeLessThanOrEqual(bytes.length)
    const data = bytes.subarray(at + 12, at + 12 + length)
    expect(view.getUint32(at + 12 + length, true)).toBe(masked(data))
    found.push(data)
    at += 16 + length
  }
  return found
}

type Wire = { readonly field: number; readonly value: bigint | Uint8Array }

/** The fields of a protobuf message. */
function fieldsIn(bytes: Uint8Array): Wire[] {
  const fields: Wire[] = []
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      if (at >= bytes.length || shift > 63n) throw new Error('a varint that does not end')
      const byte = bytes[at++] as number
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const size = { 0: undefined, 1: 8, 2: undefined, 5: 4 }[tag & 7]
    if ((tag & 7) === 0) fields.push({ field: tag >> 3, value: varint() })
    else {
      const length = (tag & 7) === 2 ? Number(varint()) : (size as number)
      if (at + length > bytes.length || length === undefined) throw new Error('a field beyond its message')
      fields.push({ field: tag >> 3, value: bytes.subarray(at, at + length) })
      at += length
    }
  }
  return fields
}

const only = (fields: readonly Wire[], known: readonly number[]) => {
  for (const { field } of fields) expect(known).toContain(field)
  return (field: number) => fields.find((each) => each.field === field)?.value
}
const viewOf = (bytes: unknown) => {
  const { buffer, byteOffset, length } = bytes as Uint8Array
  return new DataView(buffer, byteOffset, length)
}
const double = (bytes: unknown) => viewOf(bytes).getFloat64(0, true)
const doubles = (bytes: unknown) =>
  Array.from({ length: (bytes as Uint8Array).length / 8 }, (_, i) => viewOf(bytes).getFloat64(8 * i, true))
const text = (bytes: unknown) => new TextDecoder('utf-8', { fatal: true }).decode(bytes as Uint8Array)

function eventIn(data: Uint8Array) {
  const get = only(fieldsIn(data), [1, 2, 3, 5, 7])
  const [step, version, summary, session] = [get(2), get(3), get(5), get(7)]
  return {
    wallTime: double(get(1)),
    step: Number(step ?? 0n),
    ...(version !== undefined && { version: text(version) }),
    ...(session !== undefined && { status: Number(only(fieldsIn(session as Uint8Array), [1])(1)) }),
    ...(summary !== undefined && {
      values: fieldsIn(summary as Uint8Array).map(({ field, value }) => {
        expect(field).toBe(1)
        const own = only(fieldsIn(value as Uint8Array), [1, 2, 5])
        const histogram = own(5)
        return { tag: text(own(1)), value: histogram ? histogramIn(histogram) : viewOf(own(2)).getFloat32(0, true) }
      }),
    }),
  }
}

function histogramIn(bytes: unknown) {
  const get = only(fieldsIn(bytes as Uint8Array), [1, 2, 3, 4, 5, 6, 7])
  const [min, max, count, sum, squares] = [1, 2, 3, 4, 5].map((field) => double(get(field)))
  return { min, max, count, sum, squares, limits: doubles(get(6)), counts: doubles(get(7)) }
}

const read = async (log: EventLog) => recordsIn(await readFile(log.path)).map(eventIn)

const common = { epoch: 1, accuracy: 0.5, rate: 0.25 }
const records: MetricsRecord[] = [
  { kind: 'step', ...common, step: 1, loss: 2, seconds: 3 },
  {
    kind: 'weights',
    epoch: 1,
    step: 2,
    weights: [
      {
        name: 'conv1.filters',
        shape: [8],
        norm: 2,
        ratio: 0.001,
        min: -1,
        max: 3,
        mean: 0.5,
        deviation: 0.25,
        counts: [1, 0, 2, 5],
      },
      { name: 'fc.bias', shape: [4], norm: 0, min: 1, max: 1, mean: 1, deviation: 0, counts: [4] },
    ],
  },
  { kind: 'epoch', ...common, step: 2, loss: 1.5, testLoss: 1.25, testAccuracy: 0.75, seconds: 5 },
]

describe('CRC-32C', () => {
  it('has the values of RFC 3720, and of a division bit by bit', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43)
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e)
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283)
  })
})

describe('an event file', () => {
  it('holds what a strict reader of the format expects', async () => {
    const before = Date.now() / 1000
    const log = await EventLog.open(join(place, 'new', 'folder'))
    expect(log.path).toMatch(/events\.out\.tfevents\.\d{10}\.lenslet\.\d+\.0$/)
    await log.add(records.slice(0, 1))
    await log.add(records)
    await log.add(records)
    const [version, start, ...events] = await read(log)
    expect(version).toMatchObject({ step: 0, version: 'brain.Event:2' })
    expect(start).toMatchObject({ step: 0, status: 1 })
    const scalar = (tag: string, value: number) => ({ tag, value: expect.closeTo(value, 6) })
    expect(events.map(({ step, values }) => ({ step, values }))).toEqual([
      {
        step: 1,
        values: [scalar('loss/training', 2), scalar('accuracy/training', 0.5), scalar('learning_rate', 0.25)],
      },
      {
        step: 2,
        values: [
          {
            tag: 'weights/conv1.filters',
            value: { min: -1, max: 3, count: 8, sum: 4, squares: 2.5, limits: [0, 1, 2, 3], counts: [1, 0, 2, 5] },
          },
          scalar('update_ratio/conv1.filters', 0.001),
          { tag: 'weights/fc.bias', value: { min: 1, max: 1, count: 4, sum: 4, squares: 4, limits: [1], counts: [4] } },
        ],
      },
      {
        step: 2,
        values: [
          scalar('loss/training_epoch', 1.5),
          scalar('accuracy/training_epoch', 0.5),
          scalar('loss/test', 1.25),
          scalar('accuracy/test', 0.75),
        ],
      },
    ])
    // Times have the distances that the training had.
    const times = events.map(({ wallTime }) => wallTime)
    expect((times[2] as number) - (times[0] as number)).toBeCloseTo(2, 5)
    expect(times[0]).toBeGreaterThanOrEqual(before)
  })

  it('of a resumed training is a second file, with all records', async () => {
    const folder = join(place, 'resumed')
    const [first, second] = [await EventLog.open(folder), await EventLog.open(folder)]
    await first.add(records.slice(0, 1))
    await second.add(records)
    expect((await readdir(folder)).length).toBe(2)
    expect(await read(second)).toHaveLength(2 + records.length)
    // The later name is read later.
    expect(second.path > first.path).toBe(true)
  })

  it('of many records is whole', async () => {
    const log = await EventLog.open(join(place, 'many'))
    const many = Array.from(
      { length: 5000 },
      (_, i): MetricsRecord => ({ ...(records[0] as MetricsRecord), step: i + 1 }),
    )
    await log.add(many)
    expect((await read(log)).at(-1)?.step).toBe(5000)
  })

  it('is refused where there can be no folder', async () => {
    await writeFile(join(place, 'file'), '')
    await expect(EventLog.open(join(place, 'file', 'logs'))).rejects.toThrow(/cannot make the folder/)
  })
})

describe('a tag', () => {
  it('is short and plain, whatever a layer is called, and names one thing', () => {
    const tags = new Tags()
    const hostile = '\u001b[31m../<script>é"\n'
    expect(tags.of('weights', hostile)).toBe('weights/__31m../_script____')
    expect(tags.of('weights', hostile)).toBe('weights/__31m../_script____')
    expect(tags.of('weights', hostile.replace('é', 'ü'))).toBe('weights/__31m../_script_____2')
    const long = Array.from({ length: 3 }, (_, i) => tags.of('weights', `${'x'.repeat(1e6)}${i}`))
    expect(new Set(long).size).toBe(3)
    for (const tag of long) expect(tag.length).toBeLessThanOrEqual(200)
  })
})
