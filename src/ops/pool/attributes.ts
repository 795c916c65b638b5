/** Attributes of the pooling ops: a window, and what of it lies on the picture. */

import { type ArraySpec, lastAxis, picturesOf } from '../arrays.ts'
import { OpShapeError } from '../errors.ts'
import { printWindow, type Window } from '../window.ts'

export interface PoolAttributes {
  readonly window: Window
}

export interface AveragePoolAttributes extends PoolAttributes {
  /**
   * Whether padding counts in the divisor (PyTorch's and ONNX's count_include_pad). Absent: no, an average is over the
   * picture's own values, ONNX's default. What a `ceil` window has beyond the padding never counts.
   */
  readonly countPadding?: boolean
}

type Shape4 = readonly [number, number, number, number]

/** [n, h, w, c] of the input, from either side's array. */
export function inputShape({ window }: PoolAttributes, array: ArraySpec): Shape4 {
  return [picturesOf(array), window.input[0], window.input[1], lastAxis(array)]
}

/** [n, h, w, c] of the output, from either side's array. */
export function outputShape({ window }: PoolAttributes, array: ArraySpec): Shape4 {
  return [picturesOf(array), window.output[0], window.output[1], lastAxis(array)]
}

export function describePool({ window }: PoolAttributes): string {
  return window.output[0] === 1 && window.output[1] === 1 && window.input[0] === window.kernel[0]
    ? `${window.kernel[0]}×${window.kernel[1]} (whole map)`
    : printWindow(window)
}

/** Throws where a window would see nothing but padding: it has neither a largest value nor an average. */
export function expectPictureInWindows(kind: string, { window }: PoolAttributes): void {
  for (const axis of [0, 1] as const)
    for (let position = 0; position < window.output[axis]; position++) {
      const start = position * window.stride[axis] - window.padding[axis]
      const taps = Array.from({ length: window.kernel[axis] }, (_, i) => start + i * window.dilation[axis])
      if (taps.some((at) => at >= 0 && at < window.input[axis])) continue
      throw new OpShapeError(`${kind}: a window lies wholly in the padding`, {
        received: `${printWindow(window)} on ${window.input.join('×')}, position ${position} of axis ${axis}`,
        expected: 'padding smaller than the filter, so that every window sees at least one value',
      })
    }
}
