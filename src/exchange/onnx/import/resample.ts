/**
 * Resize in every form that ONNX has, one axis at a time: each new value is a weighted sum of old ones, so a resize of an axis
 * is a product by a matrix, which a 1×1 convolution computes along it.
 */

import type { WeightSource } from '../../../model/weightSource.ts'
import { alongAxis } from './axis.ts'
import { type Context, given, Obstacle } from './context.ts'
import type { Activation } from './values.ts'

/** One axis: new values `out` of `side` old ones. */
export interface Line {
  readonly side: number
  readonly out: number
  readonly scale: number
  /** Where the region of interest begins and ends, from 0 to 1. */
  readonly region?: readonly [number, number]
}

export interface Sampling {
  readonly mode: string
  readonly transform: string
  readonly rounding: string
  readonly antialias: boolean
  /** Neighbors beyond the edge are left out; else the edge is repeated. */
  readonly excludesOutside: boolean
  readonly cubic: number
  /** The value outside the image, of tf_crop_and_resize. */
  readonly outside: number
}

/** The most numbers of such a matrix. */
const most = 1 << 22

export function resampled(context: Context, x: Activation, axis: number, line: Line, sampling: Sampling): Activation {
  const { side, out } = line
  if (!(Number.isInteger(out) && out > 0) || side * out > most)
    throw new Obstacle(`a resize of ${side} to ${out} values`)
  const { matrix, bias } = matrixOf(line, sampling)
  return alongAxis(context, x, axis, (wire) => {
    const weights: Record<string, WeightSource> = { filters: given(matrix, [1, 1, side, out]) }
    if (bias !== undefined) weights.bias = given(bias)
    return context.layer('CONV', { size: [1], count: out, flags: bias ? [] : ['nobias'] }, [wire], weights)
  })
}

function matrixOf(line: Line, sampling: Sampling): { readonly matrix: Float32Array; readonly bias?: Float32Array } {
  const { side, out } = line
  const matrix = new Float32Array(side * out)
  const bias = new Float32Array(out)
  for (let to = 0; to < out; to++) {
    const place = placeOf(to, line, sampling.transform)
    if (sampling.transform === 'tf_crop_and_resize' && (place < 0 || place > side - 1)) bias[to] = sampling.outside
    else
      for (const [from, weight] of weightsAt(place, line, sampling)) {
        const index = Math.min(Math.max(from, 0), side - 1) * out + to
        matrix[index] = (matrix[index] as number) + weight
      }
  }
  return bias.some((value) => value !== 0) ? { matrix, bias } : { matrix }
}

/** Neighbors of a place, which may lie beyond the edges, and their weights. */
function weightsAt(place: number, { side, scale }: Line, sampling: Sampling): readonly (readonly [number, number])[] {
  if (sampling.mode === 'nearest') return [[roundedPlace(place, sampling.rounding), 1]]
  const kernel = kernelOf(sampling)
  const squeeze = sampling.antialias ? Math.min(scale, 1) : 1
  const reach = kernel.reach / squeeze
  const neighbors: (readonly [number, number])[] = []
  for (let from = Math.ceil(place - reach); from <= place + reach; from++) {
    if (!sampling.excludesOutside || (from >= 0 && from < side))
      neighbors.push([from, kernel.weight(Math.abs(from - place) * squeeze)])
  }
  const total = neighbors.reduce((sum, [, weight]) => sum + weight, 0)
  return neighbors.map(([from, weight]) => [from, weight / total])
}

interface Kernel {
  readonly reach: number
  weight(distance: number): number
}

function kernelOf({ mode, cubic: a }: Sampling): Kernel {
  if (mode === 'linear' || mode === 'bilinear') return { reach: 1, weight: (d) => Math.max(0, 1 - d) }
  if (mode !== 'cubic') throw new Obstacle(`mode ${mode}`)
  // Keys 1981, Cubic Convolution Interpolation.
  return {
    reach: 2,
    weight: (d) =>
      d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0,
  }
}

const roundings: ReadonlyMap<string, (x: number) => number> = new Map([
  ['floor', Math.floor],
  ['ceil', Math.ceil],
  ['round_prefer_floor', (x: number) => Math.ceil(x - 0.5)],
  ['round_prefer_ceil', (x: number) => Math.floor(x + 0.5)],
])

/** The place that is nearest, by the rule of nearest_mode. */
export function roundedPlace(place: number, rounding: string): number {
  const rounded = roundings.get(rounding)
  if (rounded === undefined) throw new Obstacle(`rounding ${rounding}`)
  return rounded(place)
}

/** Where the new value `at` lies among the old ones. */
export function placeOf(at: number, { side, out, scale, region = [0, 1] }: Line, transform: string): number {
  switch (transform) {
    case 'half_pixel':
      return (at + 0.5) / scale - 0.5
    case 'pytorch_half_pixel':
      return out > 1 ? (at + 0.5) / scale - 0.5 : 0
    case 'half_pixel_symmetric':
      return (side / 2) * (1 - out / (scale * side)) + (at + 0.5) / scale - 0.5
    case 'asymmetric':
      return at / scale
    case 'align_corners':
      // The length before it is rounded counts.
      return out === 1 ? 0 : (at * (side - 1)) / (scale * side - 1)
    case 'tf_crop_and_resize': {
      const [from, to] = region
      if (out === 1) return ((from + to) / 2) * (side - 1)
      return from * (side - 1) + (at * (to - from) * (side - 1)) / (out - 1)
    }
    default:
      throw new Obstacle(`coordinate transformation ${transform}`)
  }
}
