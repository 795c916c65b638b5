/**
 * One axis of a receptive field: which input positions each output position sees, as exact whole-number arithmetic.
 * Position i sees the whole numbers in [start + i·stride, end + i·stride]/unit. `unit` is 1 until something upsamples;
 * then neighbours lie less than a pixel apart. The rules for windows are those of Araujo, Norris and Sim 2019, "Computing
 * receptive fields of convolutional neural networks".
 */

import type { WindowSpec } from '../ops/window.ts'

export interface Stretch {
  readonly start: number
  readonly end: number
  /** Between neighbours; 0 where all positions see the same. */
  readonly stride: number
  readonly unit: number
}

/** The input itself. */
export const pixel: Stretch = { start: 0, end: 0, stride: 1, unit: 1 }

/** Exact, also with holes: what lies between the taps of a dilated window counts as seen. */
export function throughWindow(seen: Stretch, window: WindowSpec, axis: 0 | 1): Stretch {
  const first = -window.padding[axis]
  const last = first + window.dilation[axis] * (window.kernel[axis] - 1)
  return {
    ...seen,
    start: seen.start + first * seen.stride,
    end: seen.end + last * seen.stride,
    stride: seen.stride * window.stride[axis],
  }
}

/**
 * With copies, position i shows ⌊i/factor⌋, which is at least (i − factor + 1)/factor; with zeros, i/factor where that is
 * whole. The whole numbers in the stretch are exact where nothing before had a stride and, with zeros, the window that
 * follows leaves no gap: dilation 1, and at least `factor` long. Otherwise they are too many, never too few.
 */
export function upsampled(seen: Stretch, factor: number, zeros: boolean): Stretch {
  return reduced({
    start: seen.start * factor - (zeros ? 0 : (factor - 1) * seen.stride),
    end: seen.end * factor,
    stride: seen.stride,
    unit: seen.unit * factor,
  })
}

/** All of `positions` at once. */
export function everything(seen: Stretch, positions: number): Stretch {
  return { ...seen, end: seen.end + (positions - 1) * seen.stride, stride: 0 }
}

/**
 * What one of several branches sees, for the positions 0 to `positions` − 1. Exact where the strides agree, and where one
 * branch that sees the same everywhere sees all that the others see. Else the stride is the widest, and the stretch wide
 * enough to hold what every branch sees at every position.
 */
export function union(branches: readonly Stretch[], positions: number): Stretch {
  const unit = branches.reduce((common, each) => (common / gcd(common, each.unit)) * each.unit, 1)
  const scaled = branches.map((each) => {
    const times = unit / each.unit
    return { start: each.start * times, end: each.end * times, stride: each.stride * times, unit }
  })
  const last = positions - 1
  const constant = scaled.find(
    ({ start, end, stride }) =>
      stride === 0 && scaled.every((each) => start <= each.start && each.end + last * each.stride <= end),
  )
  if (constant !== undefined) return reduced(constant)
  const stride = Math.max(...scaled.map((each) => each.stride))
  return reduced({
    start: Math.min(...scaled.map((each) => each.start - last * (stride - each.stride))),
    end: Math.max(...scaled.map((each) => each.end)),
    stride,
    unit,
  })
}

/** The first and the last pixel that a position sees. */
export function pixelsAt({ start, end, stride, unit }: Stretch, position: number): [first: number, last: number] {
  // Adding 0 turns −0 into 0.
  return [Math.ceil((start + position * stride) / unit) + 0, Math.floor((end + position * stride) / unit) + 0]
}

/**
 * The most pixels that a position sees. A stretch of length w that starts r before a whole pixel holds ⌊(w − r)/unit⌋ + 1
 * of them; over all positions, r is at least −start modulo gcd(stride, unit).
 */
export function pixelCount({ start, end, stride, unit }: Stretch): number {
  const phase = gcd(stride, unit)
  const before = ((-start % phase) + phase) % phase
  return Math.floor((end - start - before) / unit) + 1
}

function reduced({ start, end, stride, unit }: Stretch): Stretch {
  const common = [start, end, stride].reduce((divisor, each) => gcd(divisor, Math.abs(each)), unit)
  return { start: start / common, end: end / common, stride: stride / common, unit: unit / common }
}

/** Of numbers that are not negative; of one that is not finite, an end all the same. */
function gcd(a: number, b: number): number {
  return b > 0 ? gcd(b, a % b) : a
}
