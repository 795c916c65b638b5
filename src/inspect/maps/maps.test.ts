/** Maps as pictures: sizes, colors where values are, and nothing that is not there. */

import { describe, expect, it } from 'vitest'
import type { Picture } from '../png.ts'
import { fieldPicture } from './fieldPicture.ts'
import { gradientPicture, mapOverlay, mapPicture, perPixel } from './mapPicture.ts'
import { spread } from './spread.ts'

const image: Picture = { width: 4, height: 4, pixels: new Uint8Array(64).fill(128) }
const at = ({ width, pixels }: Picture, y: number, x: number) => [
  ...pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
]
/** A single value at row 1, column 2. */
const spot = (value: number) => ({
  shape: [4, 4],
  data: Float32Array.from({ length: 16 }, (_, i) => (i === 6 ? value : 0)),
})

describe('a map', () => {
  it('has a value for each pixel: the largest magnitude, or the sum', () => {
    const map = { shape: [1, 2, 2], data: [1, -3, 2, 0.5] }
    expect([...perPixel(map)]).toEqual([3, 2])
    expect([...perPixel(map, { signed: true })]).toEqual([-2, 2.5])
  })

  it('is light where it is strong; with a sign, red and blue', () => {
    const plain = mapPicture(spot(2))
    expect(at(plain, 1, 2)).toEqual([252, 255, 164, 255])
    expect(at(plain, 0, 0)).toEqual([0, 0, 4, 255])
    expect(at(mapPicture(spot(2), { signed: true }), 1, 2)).toEqual([178, 24, 43, 255])
    expect(at(mapPicture(spot(-2), { signed: true }), 1, 2)).toEqual([33, 102, 172, 255])
    expect(at(mapPicture(spot(0), { signed: true }), 1, 2)).toEqual([247, 247, 247, 255])
  })

  it('lies over the image, which stays gray where it is 0', () => {
    const picture = mapOverlay(image, spot(1))
    const [red, green, blue] = at(picture, 1, 2)
    expect(red).toBeGreaterThan(blue as number)
    expect(green).toBeGreaterThan(blue as number)
    expect(new Set(at(picture, 0, 0).slice(0, 3)).size).toBe(1)
    expect(mapOverlay(image, { shape: [2, 2], data: [0, 0, 0, 1] })).toMatchObject({ width: 4, height: 4 })
    // Nothing anywhere: the image alone, and no NaN.
    expect(new Set(mapOverlay(image, spot(0)).pixels).size).toBe(2)
  })

  it('in colors is middle gray where it is 0', () => {
    const picture = gradientPicture({ shape: [1, 2, 3], data: [0, 0, 0, 1, -1, 0] }, 2)
    expect(at(picture, 0, 0)).toEqual([128, 128, 128, 255])
    expect(at(picture, 0, 1)).toEqual([128, 0, 255, 255])
  })

  it('must be of one image', () => {
    expect(() => mapPicture({ shape: [2, 4, 4, 3], data: new Float32Array(96) })).toThrow(/no map of one image/)
    expect(() => mapOverlay(image, { shape: [4, 4], data: [1] })).toThrow(/no map of one image/)
  })
})

describe('where a map lies', () => {
  it('is the smallest part with half of it, and its middle', () => {
    expect(spread(spot(5))).toEqual({ share: 1 / 16, row: 1.5 / 4, column: 2.5 / 4 })
    expect(spread({ shape: [1, 4], data: [1, 1, 1, 1] })).toMatchObject({ share: 0.5 })
    expect(spread(spot(0))).toBeUndefined()
    expect(spread(spot(-1), { signed: true })).toBeUndefined()
  })
})

describe('a field', () => {
  it('has a frame, as far as it lies in the image', () => {
    const picture = fieldPicture(image, { ...spot(1), window: { top: -1, left: 1, height: 4, width: 2 } })
    const green = [34, 197, 94, 255]
    expect(at(picture, 0, 1)).toEqual(green)
    expect(at(picture, 2, 2)).toEqual(green)
    expect(at(picture, 3, 1)).not.toEqual(green)
    expect(at(picture, 0, 0)).not.toEqual(green)
  })
})
