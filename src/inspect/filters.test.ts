import { describe, expect, it } from 'vitest'
import { parse } from '../notation/parse.ts'
import { filtersPicture, firstFilters } from './filters.ts'
import type { Picture } from './png.ts'

const at = ({ pixels, width }: Picture, x: number, y: number) => [
  ...pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
]

describe('the first filters', () => {
  it.each([
    ['INPUT 8x8x1 -> CONV3-2 -> FC-3', 'conv1.filters'],
    ['INPUT 8x8x1 -> BN -> RELU -> CONV3-2 nobias -> FC-3', 'conv1.filters'],
    ['INPUT 8x8x1 -> FC-3', 'fc1.filters'],
    ['INPUT 8x8x1 -> POOL2', undefined],
  ])('of %s are %s', (text, name) => {
    expect(firstFilters(parse(text))).toBe(name)
  })
})

describe('the image of filters', () => {
  it('has a tile a filter; each is scaled by its own largest weight, and 0 is middle grey', () => {
    // [1, 2, 1, 2]: two filters of 1×2 on one channel, [2, 0] and [-0.5, 0.25].
    const picture = filtersPicture([2, -0.5, 0, 0.25], [1, 2, 1, 2])
    expect([picture.width, picture.height]).toEqual([5, 1])
    expect([0, 1, 2, 3, 4].map((x) => at(picture, x, 0))).toEqual([
      [255, 255, 255, 255],
      [128, 128, 128, 255],
      [0, 0, 0, 0],
      [0, 0, 0, 255],
      [191, 191, 191, 255],
    ])
  })

  it('shows three channels as color', () => {
    const picture = filtersPicture([1, 0, -1], [1, 1, 3, 1])
    expect(at(picture, 0, 0)).toEqual([255, 128, 0, 255])
  })

  it('gives filters of other depths a row each, a tile a channel', () => {
    // [1, 1, 2, 3]: channel 0 of filters 0, 1, 2, then channel 1.
    const picture = filtersPicture([1, 1, 1, -1, 0, 1], [1, 1, 2, 3])
    expect([picture.width, picture.height]).toEqual([3, 5])
    expect([0, 2, 4].map((y) => [at(picture, 0, y)[0], at(picture, 2, y)[0]])).toEqual([
      [255, 0],
      [255, 128],
      [255, 255],
    ])
  })

  it('draws filters of zeros, and no more than can be seen', () => {
    expect(at(filtersPicture([0, 0], [1, 2, 1, 1]), 0, 0)).toEqual([128, 128, 128, 255])
    const many = filtersPicture(new Float32Array(3 * 3 * 512 * 512), [3, 3, 512, 512])
    expect(many.width * many.height).toBeLessThan(300 * 300)
  })
})
