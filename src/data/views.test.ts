// Views against their definitions, pixel by pixel.

import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import type { Split } from './dataset.ts'
import { viewWriter } from './viewPixels.ts'
import { viewedSize, viewSet } from './views.ts'

const square = (side: number) => ({ height: side, width: side })
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

describe('a set of views', () => {
  it.each([
    ['mirror', 2],
    ['shifts1', 9],
    ['mirror,shifts2', 18],
    ['airbench', 6],
    ['crops5', 5],
    ['mirror,crops5', 10],
    ['crops10', 10],
    ['torch7', 36],
  ])('%s has %i different views, whose weights add up to 1', (text, count) => {
    const { views, name } = viewSet(text, square(32), square(32))
    expect(name).toBe(text)
    expect(new Set(views.map((view) => JSON.stringify(view))).size).toBe(count)
    expect(sum(views.map(({ weight }) => weight))).toBeCloseTo(1, 12)
    expect(views.filter(({ mirrored }) => mirrored)).toHaveLength(/shifts1|^crops5/.test(text) ? 0 : count / 2)
  })

  it('airbench: half of the weight on the image and its mirror image, half on four shifts; scores', () => {
    const { views, average } = viewSet('airbench', square(32), square(32))
    expect(average).toBe('scores')
    expect(views.map(({ top, left, mirrored, weight }) => [top, left, mirrored, weight])).toEqual([
      [0, 0, false, 1 / 4],
      [0, 0, true, 1 / 4],
      [-1, -1, false, 1 / 8],
      [1, 1, false, 1 / 8],
      [-1, -1, true, 1 / 8],
      [1, 1, true, 1 / 8],
    ])
  })

  it('torch7: 24 pixels at 0, 4, 8 and 28 pixels at 0, 2, 4, of 32', () => {
    const { views } = viewSet('torch7', square(32), square(24))
    const plain = views.filter(({ mirrored }) => !mirrored)
    const at = (side: number) => plain.filter(({ height }) => height === side).map(({ top, left }) => [top, left])
    const grid = (offsets: readonly number[]) => offsets.flatMap((top) => offsets.map((left) => [top, left]))
    expect(at(24)).toEqual(grid([0, 4, 8]))
    expect(at(28)).toEqual(grid([0, 2, 4]))
  })

  it('crops5: corners and center of the network’s size, or of 7/8 of the image where it is no larger', () => {
    const { views } = viewSet('crops5', square(256), square(224))
    expect(views.map(({ top, left, height, width }) => [top, left, height, width])).toEqual([
      [0, 0, 224, 224],
      [0, 32, 224, 224],
      [32, 0, 224, 224],
      [32, 32, 224, 224],
      [16, 16, 224, 224],
    ])
    expect(viewSet('crops5', square(32), square(32)).views.map(({ top, height }) => [top, height])).toEqual([
      [0, 28],
      [0, 28],
      [4, 28],
      [4, 28],
      [2, 28],
    ])
  })

  it.each([
    '',
    'flip',
    'shifts',
    'shifts0',
    'mirror,mirror',
    'mirror,crops10',
    'mirror,airbench',
    'shifts1,crops5',
    'shifts1,shifts2',
    `${'x'.repeat(1e6)}`,
  ])('refuses "%.20s"', (text) => {
    expect(() => viewSet(text, square(32), square(32))).toThrow(ArgumentError)
  })

  it('refuses shifts that would show a pixel twice', () => {
    expect(viewSet('shifts3', square(4), square(4)).views).toHaveLength(9)
    expect(() => viewSet('shifts4', square(4), square(4))).toThrow(/at most 3/)
    expect(() => viewSet('airbench', square(1), square(1))).toThrow(ArgumentError)
  })
})

describe('the size at which photos are opened', () => {
  const input = square(224)
  it.each([
    ['mirror', undefined, 224],
    ['crops10', undefined, 256],
    ['torch7', undefined, 299],
    ['crops10', { kind: 'shorter', side: 232 }, 232],
    ['crops10', { kind: 'both', height: 240, width: 240 }, 240],
  ] as const)('%s of a model that resizes by %o: %i', (text, resize, side) => {
    expect(viewedSize(text, input, resize && { resize })).toMatchObject(square(side))
  })

  it('does not leave a border around images that the model scales to its input', () => {
    const preprocessing = { resize: { kind: 'shorter', side: 224 }, interpolation: 'bicubic' } as const
    expect(viewedSize('crops10', input, preprocessing)).toEqual({
      ...square(256),
      preprocessing: { interpolation: 'bicubic' },
    })
  })
})

describe('the pixels of a view', () => {
  const [height, width, channels] = [3, 4, 2]
  const images = Uint8Array.from({ length: 2 * height * width * channels }, (_, i) => i)
  const split: Split = { count: 2, height, width, channels, images, labels: new Uint8Array(2) }
  const pixel = (y: number, x: number, c: number) => images[((height + y) * width + x) * channels + c] as number
  const view = { top: 0, left: 0, height, width, mirrored: false, weight: 1 }
  const pixelsOf = async (change: object, to = { height, width }) => {
    const shown = { ...view, ...change }
    const out = new Uint8Array(to.height * to.width * channels + 1).fill(255)
    const write = await viewWriter([shown], to)
    write(split, 1, shown, out, 1)
    expect(out[0]).toBe(255)
    return out.subarray(1)
  }
  const expected = (at: (y: number, x: number) => readonly [number, number]) =>
    Uint8Array.from({ length: height * width * channels }, (_, i) => {
      const [y, x] = at(Math.floor(i / (width * channels)), Math.floor(i / channels) % width)
      return pixel(y, x, i % channels)
    })

  it('are those of the image, its mirror image, or a shifted image that is reflected at its border', async () => {
    expect(await pixelsOf({})).toEqual(expected((y, x) => [y, x]))
    expect(await pixelsOf({ mirrored: true })).toEqual(expected((y, x) => [y, width - 1 - x]))
    const across = [1, 0, 1, 2]
    expect(await pixelsOf({ top: 1, left: -1 })).toEqual(
      expected((y, x) => [[1, 2, 1][y] as number, across[x] as number]),
    )
    // Shifted first, then mirrored.
    expect(await pixelsOf({ left: -1, mirrored: true })).toEqual(
      expected((y, x) => [y, across[width - 1 - x] as number]),
    )
  })

  it('are those of a crop', async () => {
    const crop = { top: 1, left: 2, height: 2, width: 2 }
    expect([...(await pixelsOf(crop, { height: 2, width: 2 }))]).toEqual(
      [1, 2].flatMap((y) => [2, 3].flatMap((x) => [0, 1].map((c) => pixel(y, x, c)))),
    )
  })

  it('are scaled where the crop has another size: a constant stays, and two channels are refused', async () => {
    await expect(pixelsOf({ height: 2, width: 2 })).rejects.toThrow(ArgumentError)
    const gray = { ...split, channels: 1, images: new Uint8Array(2 * height * width).fill(77) }
    const out = new Uint8Array(25)
    const small = { ...view, height: 2, width: 3 }
    const write = await viewWriter([small], { height: 5, width: 5 })
    write(gray, 0, small, out, 0)
    expect(out).toEqual(new Uint8Array(25).fill(77))
  })
})
