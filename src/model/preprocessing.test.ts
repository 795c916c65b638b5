// What a model says about photos: kept in its file, checked, and followed by classify, batches and data sets alike.

import sharp from 'sharp'
import { expect, it } from 'vitest'
import { Batches } from '../data/batches.ts'
import { dataset } from '../data/dataset.ts'
import { decodeImage } from '../data/node/decode.ts'
import { centered, type Resize, scaledSides } from '../data/preprocessing.ts'
import { trainingSamples } from '../insight/trainingSamples.ts'
import { parse } from '../notation/parse.ts'
import { normalizePictures } from './classify.ts'
import { ModelFileError } from './errors.ts'
import { Model } from './model.ts'

const network = parse('INPUT 4x4x3 -> FC-2')
const preprocessing = {
  resize: { kind: 'shorter', side: 5 },
  interpolation: 'bicubic',
  fill: [124, 116, 104],
} as const
const normalization = {
  mean: [104 / 255, 117 / 255, 123 / 255],
  std: [1 / 255, 1 / 255, 1 / 255],
  colors: 'bgr',
} as const

it('is kept in the file of a model', async () => {
  await using model = await Model.create(network, { info: { preprocessing, normalization } })
  await using loaded = await Model.load(model.encode())
  expect(loaded.info).toMatchObject({ preprocessing, normalization })
})

it.each([
  { preprocessing: { resize: { kind: 'longest' } } },
  { preprocessing: { resize: { kind: 'shorter', side: 0 } } },
  { preprocessing: { interpolation: 'cubic' } },
  { preprocessing: { fill: [1] } },
  { normalization: { ...normalization, colors: 'brg' } },
])('is refused where it is invalid: %j', async (info) => {
  await using model = await Model.create(network, { info: info as never })
  expect(() => model.encode()).toThrow(ModelFileError)
})

it('gives the network blue first, less the means, exactly', async () => {
  const pixels = Uint8Array.from({ length: 48 }, (_, i) => i * 5)
  const expected = [...pixels].map(
    (_, i) => (pixels[i - (i % 3) + 2 - (i % 3)] as number) - ([104, 117, 123][i % 3] as number),
  )
  expect([
    ...normalizePictures({ input: { height: 4, width: 4, channels: 3 }, info: { normalization } }, [pixels]),
  ]).toEqual(expected)
  const split = { height: 4, width: 4, channels: 3, images: pixels, labels: [0] }
  const { train } = dataset({ classes: ['a'], train: split, test: split, normalization })
  const found = new Float32Array(48)
  new Batches(train, { batch: 1, normalization }).fill(0, 0, found, new Int32Array(1))
  expect([...found]).toEqual(expected)
  // And back, for people to look at.
  const { images } = await trainingSamples(train, { augment: {}, normalization, seed: 0, most: 1 })
  expect([...images]).toEqual([...pixels])
})

it('decides what classify sees of a photo', async () => {
  const bytes = await sharp(
    Uint8Array.from({ length: 9 * 7 * 3 }, (_, i) => Math.imul(i + 1, 0x9e3779b9) >>> 24),
    { raw: { width: 9, height: 7, channels: 3 } },
  )
    .png()
    .toBuffer()
  await using model = await Model.create(network, { seed: 1, info: { preprocessing, normalization } })
  const pixels = await decodeImage(bytes, { ...model.input, preprocessing })
  const [found] = await model.classify([bytes])
  // The same pixels as raw values of the input's size are not scaled again.
  const info = { normalization }
  await using plain = await Model.create(network, { seed: 1, info })
  expect(found).toEqual((await plain.classify([{ data: pixels, width: 4, height: 4, channels: 3 }]))[0])
  expect(found).not.toEqual((await plain.classify([bytes]))[0])
})

it.each<[Resize, number[]]>([
  // torchvision: int(5 · 9 / 7) = 6
  [{ kind: 'shorter', side: 5 }, [5, 6]],
  [{ kind: 'shorter' }, [4, 5]],
  [{ kind: 'both' }, [4, 4]],
  [{ kind: 'both', height: 3, width: 8 }, [3, 8]],
  // round(7 · 4 / 9) = 3
  [{ kind: 'within' }, [3, 4]],
  [{ kind: 'none' }, [7, 9]],
  [{ kind: 'cover' }, [4, 5]],
])('scales 7×9 by %j', (resize, [height, width]) => {
  expect(scaledSides({ height: 7, width: 9 }, { height: 4, width: 4 }, resize)).toEqual({ height, width })
})

it('centers as torchvision does: halves go to the even side', () => {
  expect([centered(256, 227), centered(257, 224), centered(259, 224), centered(3, 4)]).toEqual([14, 16, 18, -0])
})

it('pads a photo that is smaller', async () => {
  const data = new Uint8Array(2 * 3 * 3).fill(9)
  const size = {
    height: 4,
    width: 5,
    channels: 3,
    preprocessing: { resize: { kind: 'none' }, fill: [1, 2, 3] },
  } as const
  const { decodeImage: decode } = await import('../data/decode.ts')
  const found = await decode({ data, height: 2, width: 3, channels: 3 }, size)
  const inside = (i: number) => Math.floor(i / 15) % 3 !== 0 && Math.floor(i / 3) % 5 > 0 && Math.floor(i / 3) % 5 < 4
  expect([...found]).toEqual(Array.from({ length: 60 }, (_, i) => (inside(i) ? 9 : (i % 3) + 1)))
})
