// What the networks that see whole photographs get: these at half the size, and copies that are mirrored and turned by quarters, with
// their points. Both are exact: no pixel between pixels.

import { type Point, side } from './draw.ts'

/** Pixels of a side. */
export const smallSide = side / 2

/** Every pixel is the mean of four. @returns [smallSide, smallSide, 3] */
export function halved(pixels: Uint8Array): Uint8Array {
  const small = new Uint8Array(smallSide * smallSide * 3)
  for (let at = 0; at < small.length; at++) {
    const channel = at % 3
    const [x, y] = [2 * (Math.floor(at / 3) % smallSide), 2 * Math.floor(at / 3 / smallSide)]
    const value = (right: number, down: number) => pixels[((y + down) * side + x + right) * 3 + channel] as number
    small[at] = Math.round((value(0, 0) + value(1, 0) + value(0, 1) + value(1, 1)) / 4)
  }
  return small
}

/** Mirrored left to right where `view` is 4 or more, then turned by view modulo 4 quarters clockwise. `view` 0: as it is. */
export function viewed(pixels: Uint8Array, width: number, view: number): Uint8Array {
  const result = new Uint8Array(pixels.length)
  for (let y = 0; y < width; y++)
    for (let x = 0; x < width; x++) {
      const to = viewedPoint({ x: x + 0.5, y: y + 0.5 }, width, view)
      const from = (y * width + x) * 3
      result.set(pixels.subarray(from, from + 3), ((to.y - 0.5) * width + to.x - 0.5) * 3)
    }
  return result
}

/** Where a point of the image comes to. */
export function viewedPoint(point: Point, width: number, view: number): Point {
  let { x, y } = point
  if (view >= 4) x = width - x
  for (let quarter = 0; quarter < view % 4; quarter++) [x, y] = [width - y, x]
  return { x, y }
}
