/** The arithmetic of windows: floor, and Caffe's ceil with its rule for a window that would start too late. */

import { describe, expect, it } from 'vitest'
import { windowAxis } from './window.ts'

/** Output positions of one axis. */
function positions(input: number, kernel: number, stride: number, padding: number, more: object = {}): number {
  const spec = {
    kernel: [kernel, kernel],
    stride: [stride, stride],
    padding: [padding, padding, padding, padding],
    dilation: [1, 1],
    ...more,
  } as const
  return windowAxis(spec, input, 0).output
}

describe('positions of a window', () => {
  // [input, kernel, stride, padding, floored, with ceil], by torch.nn.MaxPool1d.
  it.each([
    [5, 2, 2, 0, 2, 3],
    [4, 2, 2, 0, 2, 2],
    [7, 3, 2, 0, 3, 3],
    [8, 3, 2, 0, 3, 4],
    [8, 3, 2, 1, 4, 5],
    [3, 2, 2, 1, 2, 2],
    // Where rounding up would start a window exactly behind the picture and its first padding, or further on.
    [2, 2, 3, 1, 1, 1],
    [3, 2, 3, 1, 2, 2],
    [5, 2, 3, 1, 2, 2],
    [1, 2, 2, 1, 1, 1],
  ])('%i pixels, F %i, S %i, P %i: %i, and %i with ceil', (input, kernel, stride, padding, floored, ceil) => {
    expect(positions(input, kernel, stride, padding)).toBe(floored)
    expect(positions(input, kernel, stride, padding, { ceil: true })).toBe(ceil)
  })

  it('are none where the filter is larger than the padded picture', () => {
    expect(positions(2, 5, 1, 1)).toBe(0)
    expect(positions(3, 3, 1, 0, { dilation: [2, 2] })).toBe(0)
  })
})
