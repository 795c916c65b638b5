// A data set's bytes become the right pixels, in gray and in color.

import { describe, expect, it } from 'vitest'
import { pictureOf } from './picture.ts'

describe('an image of a data set', () => {
  it('is gray where it has one channel', () => {
    const gray = { height: 1, width: 1, channels: 1, images: Uint8Array.of(255, 0, 153) }
    expect(pictureOf(gray, 2)).toEqual({ width: 1, height: 1, pixels: Uint8Array.of(153, 153, 153, 255) })
  })

  it('has the colors of its first three channels', () => {
    const colored = { height: 1, width: 2, channels: 3, images: Uint8Array.of(1, 2, 3, 4, 5, 6) }
    expect(pictureOf(colored, 0)).toEqual({ width: 2, height: 1, pixels: Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255) })
    const deep = { height: 2, width: 1, channels: 4, images: Uint8Array.from({ length: 16 }, (_, i) => i) }
    expect([...pictureOf(deep, 1).pixels]).toEqual([8, 9, 10, 255, 12, 13, 14, 255])
  })
})
