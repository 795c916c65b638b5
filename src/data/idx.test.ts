// IDX files as they are, and as a hostile or damaged copy would be.
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LensletError } from '../core/errors.ts'
import { ArchiveError, IdxError, LabelRangeError, TruncatedFileError } from './errors.ts'
import { gunzip, gunzipStart } from './gunzip.ts'
import { parseIdx } from './idx.ts'
import { idxDataset } from './mnist.ts'

function idx(shape: readonly number[], values: readonly number[], type = 8): Uint8Array {
  const lengths = shape.flatMap((length) => [length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255])
  return Uint8Array.from([0, 0, type, shape.length, ...lengths, ...values])
}

describe('parseIdx', () => {
  it('gives lengths and a view of the values', () => {
    const file = idx([2, 1, 3], [1, 2, 3, 4, 5, 6])
    const { shape, values } = parseIdx(file, 'tiny')
    expect(shape).toEqual([2, 1, 3])
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6])
    expect(values.buffer).toBe(file.buffer)
  })

  it('reads a file that begins inside a larger buffer', () => {
    const inside = Uint8Array.from([9, 9, 9, ...idx([2], [7, 8])]).subarray(3)
    expect([...parseIdx(inside, 'tiny').values]).toEqual([7, 8])
  })

  it('says how many bytes are missing', () => {
    const error = capture(() => parseIdx(idx([2, 28, 28], [1, 2, 3]), 'cut'))
    expect(error).toBeInstanceOf(TruncatedFileError)
    expect(error).toMatchObject({ receivedBytes: 19, expectedBytes: 16 + 2 * 28 * 28 })
    expect((error as Error).message).toContain('1,584 bytes')
  })

  const faulty: [what: string, file: Uint8Array, fault: new (...args: never[]) => Error][] = [
    ['nothing', new Uint8Array(), TruncatedFileError],
    ['a header cut in its lengths', idx([2, 3], []).subarray(0, 7), TruncatedFileError],
    ['lengths of 2³² − 1, far beyond the file', idx([0xffffffff], []), TruncatedFileError],
    ['lengths whose product no number holds', idx([0xffffffff, 0xffffffff, 0xffffffff], []), IdxError],
    ['a length of 0', idx([0, 28, 28], []), IdxError],
    ['floats', idx([1], [0, 0, 0, 0], 0x0d), IdxError],
    ['five axes', idx([1, 1, 1, 1, 1], [0]), IdxError],
    ['another format', new TextEncoder().encode('<!DOCTYPE html>'), IdxError],
    ['more bytes than values', idx([1], [1, 2]), IdxError],
  ]
  it.each(faulty)('refuses %s', (_, file, fault) => {
    expect(() => parseIdx(file, 'bad')).toThrow(fault)
  })

  it('answers any bytes with values or with a named error', () => {
    const bytes = fc.tuple(fc.constantFrom([], [0, 0, 8], [0, 0, 8, 1, 0, 0, 0], [0, 0, 8, 3]), fc.uint8Array())
    fc.assert(
      fc.property(bytes, ([start, rest]) => {
        const file = Uint8Array.from([...start, ...rest])
        const result = capture(() => parseIdx(file, 'any'))
        if (result instanceof Error) expect(result).toBeInstanceOf(LensletError)
        else expect(result.values.length).toBe(result.shape.reduce((a, b) => a * b, 1))
      }),
    )
  })
})

describe('gunzip', () => {
  const packed = gzipSync(new Uint8Array(100_000))

  it('unpacks what has the right size, and nothing else', async () => {
    expect(await gunzip(packed, 100_000, 'zeros')).toHaveLength(100_000)
    await expect(gunzip(packed, 99_999, 'zeros')).rejects.toThrow(/more than 99999 bytes/)
    await expect(gunzip(packed, 100_001, 'zeros')).rejects.toThrow(/100000 bytes\n {2}expected: 100001/)
  })

  it('gives the start, and stops there', async () => {
    expect(await gunzipStart(gzipSync(Uint8Array.of(1, 2, 3)), 2, 'few')).toEqual(Uint8Array.of(1, 2))
    expect(await gunzipStart(gzipSync(Uint8Array.of(1, 2, 3)), 9, 'few')).toEqual(Uint8Array.of(1, 2, 3))
    // What follows is damaged, and is not reached.
    const damagedLater = Buffer.concat([gzipSync(new Uint8Array(2 ** 20)).subarray(0, 600), Buffer.alloc(99)])
    expect(await gunzipStart(damagedLater, 20, 'damaged later')).toHaveLength(20)
  })

  it('names a file that breaks off, is damaged or goes on after its end', async () => {
    await expect(gunzip(packed.subarray(0, packed.length - 9), 1e6, 'zeros')).rejects.toBeInstanceOf(ArchiveError)
    const damaged = Uint8Array.from(packed)
    damaged[20] = (damaged[20] as number) ^ 255
    await expect(gunzip(damaged, 1e6, 'zeros')).rejects.toBeInstanceOf(ArchiveError)
    for (const more of [Buffer.from('more'), packed])
      await expect(gunzip(Buffer.concat([packed, more]), 100_000, 'zeros')).rejects.toBeInstanceOf(ArchiveError)
  })

  it('ends, wherever the file is cut', async () => {
    const small = gzipSync(Uint8Array.from({ length: 300 }, (_, i) => Math.imul(i, 0x9e3779b9) >>> 24))
    for (let length = 2; length < small.length; length++)
      await expect(gunzip(small.subarray(0, length), 300, 'cut')).rejects.toBeInstanceOf(ArchiveError)
  })
})

describe('idxDataset', () => {
  const images = idx([2, 1, 2], [0, 255, 10, 20])
  const labels = idx([2], [3, 1])
  const files = { trainImages: images, trainLabels: labels, testImages: images, testLabels: labels }

  it('makes a data set of packed and unpacked files', async () => {
    const { train, test, classes } = await idxDataset({
      ...files,
      trainImages: gzipSync(images),
      testLabels: gzipSync(labels),
    })
    expect(train).toMatchObject({ count: 2, height: 1, width: 2, channels: 1 })
    expect([...train.images]).toEqual([0, 255, 10, 20])
    expect([...test.labels]).toEqual([3, 1])
    expect(classes).toHaveLength(10)
  })

  it('refuses files that unpack to more than the memory for all of them, before they are unpacked', async () => {
    // Each within any limit of its own; only the headers are true.
    const header = (...lengths: number[]) => gzipSync(idx(lengths, []))
    const many = { images: header(30_000, 100, 100), labels: header(30_000) }
    const bombs = {
      trainImages: many.images,
      trainLabels: many.labels,
      testImages: many.images,
      testLabels: many.labels,
    }
    await expect(idxDataset(bombs, { memoryLimit: 500e6 })).rejects.toThrow(
      /unpack to 600060048 bytes\n {2}expected: at most 500000000 bytes together[\s\S]*--memory-limit/,
    )
    await expect(idxDataset(files, { memoryLimit: 55 })).rejects.toThrow(/at most 55 bytes/)
    expect((await idxDataset(files, { memoryLimit: 60 })).train.count).toBe(2)
  })

  it('refuses files that do not belong together', async () => {
    await expect(idxDataset({ ...files, trainLabels: idx([3], [1, 2, 3]) })).rejects.toThrow(/2 images and 3 labels/)
    await expect(idxDataset({ ...files, trainImages: labels })).rejects.toThrow(/axes/)
    await expect(idxDataset({ ...files, testLabels: idx([2], [3, 10]) })).rejects.toBeInstanceOf(LabelRangeError)
  })
})

function capture<T>(run: () => T): T | Error {
  try {
    return run()
  } catch (error) {
    return error as Error
  }
}
