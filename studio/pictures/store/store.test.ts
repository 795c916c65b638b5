/** What the files of a project promise: what was written is read again, and damage is found. */

import fc from 'fast-check'
import { sumOf } from 'lenslet/data'
import { expect, test } from 'vitest'
import { memoryFile, NoRoomError } from './blockFile.ts'
import { Extents } from './extents.ts'
import { Journal, type KeptImage } from './journal.ts'
import { PixelCache, type Sum } from './pixels.ts'

test('memory is a file', () => {
  const file = memoryFile(2 ** 22)
  const bytes = Uint8Array.from({ length: 2 ** 20 + 77 }, (_, i) => i * 31)
  file.write(2 ** 20 - 5, bytes)
  const back = new Uint8Array(bytes.length + 10)
  expect(file.read(2 ** 20 - 5, back)).toBe(bytes.length)
  expect(Buffer.compare(back.subarray(0, bytes.length), bytes)).toBe(0)
  file.truncate(2 ** 20)
  expect(file.read(2 ** 20 - 5, back)).toBe(5)
  file.write(2 ** 20 + 1, Uint8Array.of(9))
  expect(file.read(2 ** 20, back)).toBe(2)
  expect([...back.subarray(0, 2)]).toEqual([0, 9])
  expect(() => file.write(2 ** 22, Uint8Array.of(1))).toThrow(NoRoomError)
})

test('extents never overlap, and gaps are used again', () => {
  const step = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: -20, max: -1 }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let extents = new Extents()
      const taken: { offset: number; length: number }[] = []
      for (const each of steps) {
        if (each > 0) taken.push(extents.take(each))
        else if (taken.length > 0)
          extents.give(taken.splice(-each % taken.length, 1)[0] as { offset: number; length: number })
        const sorted = [...taken].sort((a, b) => a.offset - b.offset)
        sorted.forEach(({ offset, length }, i) => {
          const next = sorted[i + 1]
          if (next !== undefined) expect(offset + length).toBeLessThanOrEqual(next.offset)
        })
        const end = sorted.reduce((most, { offset, length }) => Math.max(most, offset + length), 0)
        expect(extents.end).toBe(end)
        if (Math.abs(each) % 7 === 0) extents = new Extents(taken)
      }
    }),
  )
})

const image = (id: number, offset = 0): KeptImage => ({
  id,
  classId: 1,
  part: 'test',
  offset,
  length: 10,
  sum: [id, 4e9],
  width: 3,
  height: 4,
  bytes: 99,
  changed: 12.5,
  name: `ü/${id}.jpg`,
})

test('a journal is read again, without what was removed or cut short', () => {
  const file = memoryFile(2 ** 20)
  const journal = new Journal(file)
  journal.open(0)
  journal.add(
    ['class', 1, 'cat\n"x"'],
    ['class', 2, 'dog'],
    ['image', image(1)],
    ['image', image(2, 10)],
    ['image', image(3, 20)],
  )
  journal.add(['moved', 2, 2], ['removed', [1]], ['class', 1, 'owl'], ['settings', { testFraction: 0.1, seed: 5 }])
  file.write(file.size, new TextEncoder().encode('["removed",[2'))
  // Bytes of the third image were never written.
  const found = new Journal(file).open(20)
  expect([...found.classes]).toEqual([
    [1, 'owl'],
    [2, 'dog'],
  ])
  expect([...found.images.values()]).toEqual([{ ...image(2, 10), classId: 2 }])
  expect(found.settings).toEqual({ testFraction: 0.1, seed: 5 })
  const again = new Journal(file)
  again.open(20)
  again.add(['class removed', 2])
  expect([...new Journal(file).open(20).images]).toEqual([])
})

test.each([
  '',
  'x',
  '{"format":"other"}\n["class",1,"a"]',
  '{"format":"lenslet.studio.images","version":1}\n[1]\n["image",1]\nnull\n["moved","x",1]',
])('a journal that is none is empty: %j', (text) => {
  const file = memoryFile(2 ** 20)
  file.write(0, new TextEncoder().encode(text))
  expect(new Journal(file).open(0).classes.size).toBe(0)
  const again = new Journal(file)
  again.open(0)
  again.add(['class', 1, 'a'])
  expect(new Journal(file).open(0).classes.size).toBe(1)
})

const size = { height: 2, width: 2, channels: 3, preparation: '' }
const pixelsOf = (value: number) => new Uint8Array(12).fill(value)
const sum = (value: number): Sum => [value, value]

test('pixels are kept for a size, and damaged ones are not given', () => {
  const files = [memoryFile(2 ** 20), memoryFile(2 ** 20)] as const
  const cache = new PixelCache(...files)
  cache.open(size, [])
  for (const value of [1, 2, 3]) cache.write(sum(value), pixelsOf(value))
  const into = new Uint8Array(12)
  expect(cache.read(sum(2), into)).toBe(true)
  expect(into).toEqual(pixelsOf(2))

  const again = new PixelCache(...files)
  again.open(size, [sum(2), sum(3)])
  expect([1, 2, 3].map((value) => again.has(sum(value)))).toEqual([false, true, true])
  files[0].write(12, Uint8Array.of(77))
  expect(again.read(sum(2), into)).toBe(false)
  expect(again.has(sum(2))).toBe(false)
  again.write(sum(4), pixelsOf(4))
  expect(files[0].size).toBe(36)

  again.open({ ...size, width: 3 }, [sum(3)])
  expect(again.has(sum(3))).toBe(false)
  expect(sumOf(pixelsOf(4))).not.toEqual(sumOf(pixelsOf(3)))
})

test('without room, pixels are not kept', () => {
  const cache = new PixelCache(memoryFile(30), memoryFile(2 ** 10))
  cache.open(size, [])
  for (const value of [1, 2, 3]) cache.write(sum(value), pixelsOf(value))
  expect([1, 2, 3].map((value) => cache.has(sum(value)))).toEqual([true, true, false])
  expect(cache.isFull).toBe(true)
})
