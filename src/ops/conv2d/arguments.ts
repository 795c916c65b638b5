/** Arguments that several kernels take in the same form, from a correlation. */

import type { Bounds } from '../pointwise/table.ts'
import type { Correlation } from './correlation.ts'

/** Taps over a grid: where each lies in the source. */
export function slide({ grid, stride, origin, taps, dilation }: Correlation) {
  const [gridHeight, gridWidth] = grid
  const [strideY, strideX] = stride
  const [originY, originX] = origin
  const [tapsY, tapsX] = taps
  const [dilationY, dilationX] = dilation
  return { gridHeight, gridWidth, strideY, strideX, originY, originX, tapsY, tapsX, dilationY, dilationX }
}

/** The filter's taps that a correlation has. */
export function tapsOfFilter({ firstTap, tapStep, taps }: Correlation) {
  const [firstY, firstX] = firstTap
  const [stepY, stepX] = tapStep
  const [tapsY, tapsX] = taps
  return { firstY, firstX, stepY, stepX, tapsY, tapsX }
}

/** Pictures with `channels` channels in total. */
export function pictures({ source: [height, width] }: Correlation, address: number, channels: number) {
  return { source: address, height, width, pixel: channels * 4 }
}

/** Where results with `channels` channels in total go: grid position (0, 0), and from image, row and column to the next. */
export function results({ target, targetFirst, targetStep }: Correlation, address: number, channels: number) {
  const pixel = channels * 4
  const row = target[1] * pixel
  return {
    target: address + targetFirst[0] * row + targetFirst[1] * pixel,
    targetImage: target[0] * row,
    targetRow: targetStep[0] * row,
    targetColumn: targetStep[1] * pixel,
  }
}

export function cut([floor, ceiling]: Bounds) {
  return { floor, ceiling }
}
