/** The digits that the site carries, and files of CIFAR-10 that a person gives. */

import { encodeCifar10Batch, idxDataset } from 'lenslet/data'
import { expect, test } from 'vitest'
import { thinned } from '../build/digits.ts'
import { takeCifar } from './cifar.ts'
import { splitDigits } from './digits.ts'

/** An IDX array of bytes. */
function idx(shape: readonly number[], values: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header.writeUInt8(8, 2)
  header.writeUInt8(shape.length, 3)
  shape.forEach((length, axis) => {
    header.writeUInt32BE(length, 4 + 4 * axis)
  })
  return Buffer.concat([header, Buffer.from(values)])
}

const values = Array.from({ length: 4 * 9 }, (_, i) => i)
const packed = Buffer.concat([
  idx([4, 3, 3], values),
  idx([4], [0, 1, 2, 3]),
  idx([1, 3, 3], values.slice(0, 9)),
  idx([1], [7]),
])

test('four arrays in one are four files again', async () => {
  const data = await idxDataset(splitDigits(packed))
  expect([data.train.count, data.test.count, data.test.labels[0]]).toEqual([4, 1, 7])
  expect([...data.train.images]).toEqual(values)
})

test.each([0, 3, 10, 40, packed.length - 1])('cut after %d bytes, it is refused', async (length) => {
  await expect(async () => idxDataset(splitDigits(packed.subarray(0, length)))).rejects.toThrow(/idx|label/)
})

test('a thinned array keeps every nth row', () => {
  expect(thinned(idx([5, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), 2)).toEqual(idx([2, 2], [0, 1, 4, 5]))
})

/** A file of CIFAR-10 with a few images. */
function cifar(name: string, labels: readonly number[]) {
  const images = new Uint8Array(labels.length * 3072).fill(9)
  const bytes = encodeCifar10Batch({ images, labels: Uint8Array.from(labels) })
  return { name, size: bytes.length, arrayBuffer: async () => bytes.slice().buffer }
}

test('files of CIFAR-10 are a data set, in the order of their names', async () => {
  const { train, test: tested } = await takeCifar([
    cifar('data_batch_2.bin', [5]),
    cifar('test_batch.bin', [1, 2]),
    cifar('data_batch_1.bin', [3, 4]),
  ])
  expect([...train.labels]).toEqual([3, 4, 5])
  expect(tested.count).toBe(2)
})

test.each([
  [[], /no training images/],
  [[cifar('data_batch_1.bin', [1])], /no test images/],
  [[cifar('test_batch.bin', [1])], /no training images/],
  [[cifar('data_batch_1.bin', [1]), cifar('cat.jpg', [1])], /not a file of CIFAR-10/],
  [[cifar('data_batch_1.bin', [1]), { ...cifar('test_batch.bin', [1]), size: 1e12 }], /too large/],
  [
    [cifar('data_batch_1.bin', [1]), { ...cifar('test_batch.bin', [1]), arrayBuffer: async () => new ArrayBuffer(7) }],
    /./,
  ],
])('others are refused: %#', async (files, message) => {
  await expect(takeCifar(files)).rejects.toThrow(message)
})
