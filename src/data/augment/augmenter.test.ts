// What sampling, colors, erasing and mixing do to pictures, against slow readings of their definitions.
import { describe, expect, it } from 'vitest'
import { checksum } from '../../core/checksum.ts'
import { type Augmentation, parseAugmentation } from '../augmentation.ts'
import { Batches } from '../batches.ts'
import { dataset } from '../dataset.ts'
import { Augmenter } from './augmenter.ts'
import { changeColor } from './color.ts'
import { mixtureOf } from './mixing.ts'
import type { Pixels } from './picture.ts'
import { sample, sourceOf } from './warp.ts'

const normalization = { mean: [0.5, 0.25, 0.75], std: [0.25, 0.5, 0.2] }
const pixels: Pixels = {
  height: 9,
  width: 7,
  channels: 3,
  images: Uint8Array.from({ length: 9 * 7 * 3 }, (_, i) => Math.imul(i + 1, 0x9e3779b9) >>> 24),
}
const size = 9 * 7 * 3

function written(augment: Augmentation, position: number, picture = position, epoch = 0, of = normalization) {
  const augmenter = new Augmenter(pixels, augment, of, 11)
  augmenter.begin(epoch)
  const out = new Float32Array(size + 2).fill(77)
  augmenter.write(pixels, 0, position, picture, out, 1)
  expect([out[0], out[size + 1]]).toEqual([77, 77])
  return out.subarray(1, size + 1)
}

/** The largest difference between two pictures. */
const apart = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))))

describe('sampled pictures', () => {
  it.each(['zero', 'reflect'] as const)('moved by whole pixels are those that are copied, border %s', (border) => {
    for (const colors of ['rgb', 'bgr'] as const)
      for (let position = 0; position < 20; position++) {
        const of = { ...normalization, colors }
        const copied = written({ flip: true, crop: 3, cutout: 3, border }, position, 0, 0, of)
        // So small a change of hue that only sampling remains.
        const sampled = written({ flip: true, crop: 3, cutout: 3, border, hue: 1e-9 }, position, 0, 0, of)
        // Values of up to 255 in float32, divided by 255 · 0.2.
        expect(apart(copied, sampled)).toBeLessThan((4 * 255 * 2 ** -24) / (255 * 0.2) + 1e-6)
      }
  })

  it('are turned about the center, by the definition', () => {
    const square: Pixels = { ...pixels, height: 7, width: 7 }
    const quarter = { rotate: 180 }
    // The map of some turn: its source of a point is the point turned back.
    for (let position = 0; position < 10; position++) {
      const [a, b, c, d, e, f] = sourceOf(square, quarter, 3, position, false)
      expect(a * a + d * d).toBeCloseTo(1, 12)
      expect([a - e, b + d]).toEqual([0, 0])
      expect(a * 3.5 + b * 3.5 + c).toBeCloseTo(3.5, 12)
      expect(d * 3.5 + e * 3.5 + f).toBeCloseTo(3.5, 12)
    }
    const out = new Float32Array(7 * 7 * 3)
    // A quarter of a turn, exactly: the pixel at (x, y) comes from (y, 6 − x).
    sample(square, 0, [0, 1, 0, -1, 0, 7], undefined, out)
    for (let y = 0; y < 7; y++)
      for (let x = 0; x < 7; x++) expect(out[(y * 7 + x) * 3]).toBe(square.images[((6 - x) * 7 + y) * 3])
  })

  it('keep within what the words say, and reach it', () => {
    const seen = { size: [] as number[], lean: [] as number[], turn: [] as number[], area: [] as number[] }
    for (let position = 0; position < 400; position++) {
      const one = (augment: Augmentation) => sourceOf(pixels, augment, 8, position, false)
      const [s] = one({ scale: 0.2 })
      seen.size.push(1 / s)
      const [, b] = one({ shear: 10 })
      seen.lean.push((Math.atan(b) * 180) / Math.PI)
      const [a, , , d] = one({ rotate: 15 })
      seen.turn.push((Math.atan2(d, a) * 180) / Math.PI)
      const [w, , left, , h, top] = one({ resizedCrop: 0.3 })
      seen.area.push(w * h)
      expect(left).toBeGreaterThanOrEqual(0)
      expect(top).toBeGreaterThanOrEqual(0)
      expect(left + w * 7).toBeLessThanOrEqual(7)
      expect(top + h * 9).toBeLessThanOrEqual(9)
    }
    const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const
    for (const [[least, most], low, high] of [
      [range(seen.size), 0.8, 1.2],
      [range(seen.lean), -10, 10],
      [range(seen.turn), -15, 15],
    ] as const) {
      expect(least).toBeGreaterThanOrEqual(low - 1e-9)
      expect(most).toBeLessThanOrEqual(high + 1e-9)
      expect(most - least).toBeGreaterThan(0.95 * (high - low))
    }
    // Whole pixels: a window may be smaller by rounding.
    expect(range(seen.area)[0]).toBeGreaterThan(0.2)
    expect(range(seen.area)[1]).toBeGreaterThan(0.8)
  })

  it('have colors as torchvision defines them', () => {
    const values = Float32Array.of(10, 200, 30, 250, 100, 0)
    const gray = new Float32Array([128, 128, 128, 128, 128, 128])
    changeColor(gray, 3, { hue: 0.5 }, 1, 1)
    expect([...gray]).toEqual(new Array(6).fill(128))
    const before = Float32Array.from(values)
    changeColor(values, 3, { hue: 0.3 }, 1, 5)
    for (const at of [0, 3]) {
      // Value and chroma stay: only the hue moves.
      const [was, is] = [before.subarray(at, at + 3), values.subarray(at, at + 3)]
      expect(Math.max(...is)).toBe(Math.max(...was))
      expect(Math.min(...is)).toBeCloseTo(Math.min(...was), 4)
      expect([...is]).not.toEqual([...was])
    }
    for (let position = 0; position < 30; position++) {
      const all = Float32Array.from(before)
      changeColor(all, 3, { color: 1, hue: 0.5 }, 1, position)
      expect(all.every((value) => value >= 0 && value <= 255)).toBe(true)
    }
  })

  it('are erased as often as the word says, a rectangle each', () => {
    const plain = written({}, 0)
    const zeros = Array.from({ length: 600 }, (_, position) => {
      const out = written({ erase: 0.5 }, position)
      return out.filter((value, i) => value === 0 && plain[i] !== 0).length / size
    })
    const erased = zeros.filter((share) => share > 0)
    // Binomial, p = ½: five deviations. A few windows never fit such small pictures.
    expect(Math.abs(erased.length - 300)).toBeLessThan(5 * Math.sqrt(150))
    expect(Math.max(...erased)).toBeLessThan(0.45)
  })

  it('are mirrored in one of two epochs by the alternating flip, half of them in each', () => {
    const plain = written({}, 0)
    const isPlain = (epoch: number) =>
      Array.from({ length: 200 }, (_, picture) => {
        const out = written({ flip: 'alternating' }, (7 * picture + epoch) % 200, picture, epoch)
        return apart(out, plain) === 0
      })
    const epochs = [0, 1, 2, 3].map(isPlain)
    expect(epochs[0]).toEqual(epochs[2])
    expect(epochs[1]).toEqual(epochs[0]?.map((is) => !is))
    expect(epochs[3]).toEqual(epochs[1])
    const plainFirst = epochs[0]?.filter((is) => is).length ?? 0
    expect(Math.abs(plainFirst - 100)).toBeLessThan(5 * Math.sqrt(50))
  })
})

const count = 24
const { train } = dataset({
  classes: ['a', 'b', 'c'],
  train: {
    ...pixels,
    images: Uint8Array.from({ length: count * size }, (_, i) => Math.imul(i + 1, 0x85ebca6b) >>> 24),
    labels: Array.from({ length: count }, (_, i) => i % 3),
  },
  normalization,
})
const everything = parseAugmentation(
  'alternating-flip,crop2,reflect,resized-crop0.4,rotate20,scale0.2,shear9,color0.4,hue0.1,cutout3,erase0.5,mixup0.4,cutmix1',
)

function filled(augment: Augmentation, batch: number, epoch: number, step: number) {
  const batches = new Batches(train, { batch, normalization, seed: 4, augment, scores: 4 })
  const images = new Float32Array(batch * size)
  const targets = new Float32Array(batch * 4)
  batches.fill(epoch, step, images, targets)
  return { images, targets, pictures: [...batches.pictures(epoch, step)] }
}

describe('mixed pictures', () => {
  it.each(['mixup', 'cutmix'] as const)('%s: image and target have the same shares', (word) => {
    const { images, targets, pictures } = filled({ [word]: 1 }, 24, 1, 0)
    const plain = filled({ cutmix: 1e-9, mixup: 0 }, 24, 1, 0)
    expect(plain.pictures).toEqual(pictures)
    const own = new Batches(train, { batch: 24, normalization, seed: 4 })
    const unmixed = new Float32Array(24 * size)
    own.fill(1, 0, unmixed, new Int32Array(24))
    let mixed = 0
    for (let i = 0; i < 24; i++) {
      const { partner, share, box } = mixtureOf({ [word]: 1 }, train, keyOf(1), i, count)
      expect(partner).not.toBe(i)
      const row = [...targets.subarray(4 * i, 4 * i + 4)]
      const wanted = [0, 0, 0, 0]
      for (const [at, part] of [
        [i, share],
        [partner, 1 - share],
      ] as const)
        wanted[(pictures[at] as number) % 3] = (wanted[(pictures[at] as number) % 3] as number) + part
      row.forEach((value, k) => {
        expect(value).toBeCloseTo(wanted[k] as number, 6)
      })
      for (let p = 0; p < size; p++) {
        const [x, y] = [Math.floor(p / 3) % 7, Math.floor(p / 21)]
        const inside = box && x >= box.left && x < box.right && y >= box.top && y < box.bottom
        const [a, b] = [unmixed[i * size + p] as number, unmixed[partner * size + p] as number]
        const value = box === undefined ? share * a + (1 - share) * b : inside ? b : a
        expect(images[i * size + p]).toBeCloseTo(value, 5)
      }
      if (share > 0.1 && share < 0.9) mixed++
    }
    expect(mixed).toBeGreaterThan(8)
  })

  it('needs the number of scores for labels, and mixes numbers as they are', () => {
    expect(() => new Batches(train, { batch: 4, normalization, augment: { mixup: 1 } })).toThrow(/number of scores/)
    const targets = Float32Array.from({ length: count }, (_, i) => i)
    const split = { ...train, targets }
    const batches = new Batches(split, { batch: count, normalization, seed: 4, augment: { mixup: 1 } })
    const rows = new Float32Array(count)
    batches.fill(0, 0, new Float32Array(count * size), rows)
    const order = batches.pictures(0, 0)
    rows.forEach((row, i) => {
      const { partner, share } = mixtureOf({ mixup: 1 }, train, keyOf(0), i, count)
      expect(row).toBeCloseTo(share * (order[i] as number) + (1 - share) * (order[partner] as number), 4)
    })
  })
})

const keyOf = (epoch: number) => new Augmenter(train, {}, normalization, 4).keyOf(epoch)

describe('all words together', () => {
  it('do not depend on the batch size, nor on what was filled before', () => {
    const twelve = filled(everything, 12, 3, 1)
    const four = [3, 4, 5].map((step) => filled(everything, 4, 3, step))
    expect([...twelve.images]).toEqual(four.flatMap(({ images }) => [...images]))
    expect([...twelve.targets]).toEqual(four.flatMap(({ targets }) => [...targets]))
  })

  it('give the same bits as ever, on every machine', () => {
    const { images, targets } = filled(everything, 24, 5, 0)
    expect(checksum([images, targets])).toMatchInlineSnapshot(`"bd97d1196fca941a"`)
  })
})
