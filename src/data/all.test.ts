// All pictures of a data set as one split.
import { expect, it } from 'vitest'
import { allPictures } from './all.ts'
import { dataset } from './dataset.ts'

const pixel = { height: 1, width: 1, channels: 1 }

it('joins training, validation and test images, in this order', () => {
  const data = dataset({
    classes: ['a', 'b', 'c'],
    train: { ...pixel, images: Uint8Array.of(1, 2), labels: [0, 1] },
    validation: { ...pixel, images: Uint8Array.of(3), labels: [2] },
    test: { ...pixel, images: Uint8Array.of(4), labels: Uint8Array.of(1) },
  })
  expect(allPictures(data)).toEqual({
    ...pixel,
    count: 4,
    images: Uint8Array.of(1, 2, 3, 4),
    labels: Uint16Array.of(0, 1, 2, 1),
    classes: ['a', 'b', 'c'],
  })
})

it('copies nothing where the splits lie one after another, and is the training split where that is all', () => {
  const bytes = Uint8Array.of(9, 1, 2, 3, 9)
  const train = { ...pixel, images: bytes.subarray(1, 3), labels: [0, 0] }
  const data = dataset({ classes: ['a'], train, test: { ...pixel, images: bytes.subarray(3, 4), labels: [0] } })
  const { images } = allPictures(data)
  expect([...images]).toEqual([1, 2, 3])
  expect(images.buffer).toBe(bytes.buffer)
  const alone = dataset({ classes: ['a'], train })
  expect(alone.test.count).toBe(0)
  expect(allPictures(alone)).toBe(alone.train)
})
