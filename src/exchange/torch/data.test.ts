/** The file of images has every split, whether its images are in memory or in a store. */

import { expect, it } from 'vitest'
import { dataset } from '../../data/dataset.ts'
import { storeOf } from '../../data/store.ts'
import { readSafetensors } from '../../model/safetensors.ts'
import { dataParts, imageList } from './data.ts'

const size = { height: 2, width: 3, channels: 1 } as const
const pixels = (count: number, first: number) => Uint8Array.from({ length: count * 6 }, (_, i) => (first + i) % 256)

async function fileOf(data: Parameters<typeof dataParts>[0]) {
  const parts: Uint8Array[] = []
  for await (const part of dataParts(data)) parts.push(part)
  return readSafetensors(new Uint8Array(Buffer.concat(parts)))
}

it('holds the same bytes of images in memory and in a store', async () => {
  // More than are read at a time.
  const [train, test] = [pixels(300, 0), pixels(4, 7)]
  const targets = (count: number) => Float32Array.from({ length: count * 2 }, (_, i) => i / 8)
  const split = (images: Uint8Array, stored: boolean) => ({
    ...size,
    images: stored ? storeOf(images, 6) : images,
    targets: targets(images.length / 6),
  })
  const made = (stored: boolean) =>
    dataset({
      name: 'made',
      classes: ['x', 'y'],
      train: split(train, stored),
      test: split(test, stored),
      normalization: { mean: [0], std: [1] },
    })
  const [memory, stored] = [await fileOf(made(false)), await fileOf(made(true))]
  for (const { tensors } of [memory, stored]) {
    expect([...tensors.keys()]).toEqual(['train.targets', 'test.targets', 'train.images', 'test.images'])
    expect(tensors.get('train.images')).toMatchObject({ dtype: 'U8', shape: [300, 2, 3, 1] })
    expect(Buffer.from(tensors.get('train.images')?.bytes ?? []).equals(train)).toBe(true)
    expect([...(tensors.get('test.images')?.bytes ?? [])]).toEqual([...test])
    expect(tensors.get('train.targets')?.values).toEqual(targets(300))
  }
})

it('lists files from the root, with slashes, and null for a split without images', () => {
  const split = { ...size, images: pixels(2, 0), labels: [1, 0] }
  const data = dataset({ name: 'made', classes: ['a', 'b'], train: split })
  const files = { train: ['/photos/b/1.png', '/photos/a/é 2.png'], validation: [], test: [] }
  expect(imageList('/photos', data, files)).toEqual({
    format: 'lenslet.images',
    version: 1,
    train: { files: ['b/1.png', 'a/é 2.png'], labels: [1, 0], targets: null },
    validation: null,
    test: null,
  })
})
