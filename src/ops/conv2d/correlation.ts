/**
 * One form for forward and input gradient, so that one kernel serves both. A correlation slides taps over a source and
 * writes a grid of results. The input gradient of a convolution with stride s is s·s of them: input positions whose
 * (position + padding) has the same remainder by s meet the same taps, and for those the sum is a stride-1 correlation
 * of dY with the filter turned round. No tap is ever multiplied with a zero that a stride put in.
 */

import type { Pair, Window } from '../window.ts'

export interface Correlation {
  readonly source: Pair
  readonly grid: Pair
  /** Source position of tap t at grid position g: g·stride + origin + t·dilation; zeros outside of the source. */
  readonly stride: Pair
  readonly origin: Pair
  readonly dilation: Pair
  readonly taps: Pair
  /** Tap t is the filter's tap firstTap + t·tapStep. */
  readonly firstTap: Pair
  readonly tapStep: Pair
  /** Grid position g is written to targetFirst + g·targetStep of a target of this size. */
  readonly target: Pair
  readonly targetFirst: Pair
  readonly targetStep: Pair
}

interface Axis {
  readonly grid: number
  readonly origin: number
  readonly dilation: number
  readonly taps: number
  readonly firstTap: number
  readonly tapStep: number
  readonly targetFirst: number
}

export function forwardCorrelation(window: Window): Correlation {
  const [top, left] = window.padding
  return {
    source: window.input,
    grid: window.output,
    stride: window.stride,
    origin: [0 - top, 0 - left],
    dilation: window.dilation,
    taps: window.kernel,
    firstTap: [0, 0],
    tapStep: [1, 1],
    target: window.output,
    targetFirst: [0, 0],
    targetStep: [1, 1],
  }
}

/** Together they write every input position exactly once. */
export function inputGradientCorrelations(window: Window): readonly Correlation[] {
  const columns = remainderClasses(window, 1)
  return remainderClasses(window, 0).flatMap((y) =>
    columns.map((x): Correlation => {
      const none = y.taps === 0 || x.taps === 0
      return {
        source: window.output,
        grid: [y.grid, x.grid],
        stride: [1, 1],
        origin: [y.origin, x.origin],
        dilation: [y.dilation, x.dilation],
        taps: none ? [0, 0] : [y.taps, x.taps],
        firstTap: [y.firstTap, x.firstTap],
        tapStep: [y.tapStep, x.tapStep],
        target: window.input,
        targetFirst: [y.targetFirst, x.targetFirst],
        targetStep: window.stride,
      }
    }),
  )
}

function remainderClasses(window: Window, axis: 0 | 1): readonly Axis[] {
  const input = window.input[axis]
  const stride = window.stride[axis]
  const dilation = window.dilation[axis]
  // Every `tapStep`-th tap lies on the same remainder.
  const tapStep = stride / greatestCommonDivisor(stride, dilation)
  const classes: Axis[] = []
  for (let first = 0; first < Math.min(stride, input); first++) {
    const position = first + window.padding[axis]
    const taps: number[] = []
    for (let tap = window.kernel[axis] - 1; tap >= 0; tap--) {
      if ((position - tap * dilation) % stride === 0) taps.push(tap)
    }
    const firstTap = taps[0] ?? 0
    classes.push({
      grid: Math.ceil((input - first) / stride),
      origin: taps.length === 0 ? 0 : (position - firstTap * dilation) / stride,
      dilation: (dilation * tapStep) / stride,
      taps: taps.length,
      firstTap,
      tapStep: 0 - tapStep,
      targetFirst: first,
    })
  }
  return classes
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** Whether some tap of some grid position lies outside of the source. */
export function reachesOutside({ source, grid, stride, origin, dilation, taps }: Correlation): boolean {
  const outside = (axis: 0 | 1) => {
    const last = (grid[axis] - 1) * stride[axis] + origin[axis] + (taps[axis] - 1) * dilation[axis]
    return origin[axis] < 0 || last >= source[axis]
  }
  return taps[0] > 0 && (outside(0) || outside(1))
}

/** Source rows (axis 0) or columns (axis 1) under `count` neighbouring grid positions. */
export function span({ stride, dilation, taps }: Correlation, axis: 0 | 1, count: number): number {
  return Math.max((count - 1) * stride[axis] + (taps[axis] - 1) * dilation[axis] + 1, 0)
}

/** The share of all taps of all grid positions that lie inside of the source, 0 … 1. */
export function tapsInside({ source, grid, stride, origin, dilation, taps }: Correlation): number {
  const share = (axis: 0 | 1) => {
    let inside = 0
    for (let tap = 0; tap < taps[axis]; tap++) {
      const offset = origin[axis] + tap * dilation[axis]
      const first = Math.max(0, Math.ceil(-offset / stride[axis]))
      const end = Math.min(grid[axis], Math.ceil((source[axis] - offset) / stride[axis]))
      inside += Math.max(0, end - first)
    }
    return inside / Math.max(1, grid[axis] * taps[axis])
  }
  return share(0) * share(1)
}
