/**
 * Which of the ways to compute a convolution a geometry gets: a pure function of geometry and direction, so that the
 * same plan has the same bits on every machine and in every run.
 */

import { type Conv2dGeometry, macs } from './geometry.ts'
import type { ResultSide } from './winograd/tiling.ts'

export type Direction = 'forward' | 'inputGradient' | 'filterGradient'

/** The side of Winograd's results for this geometry and direction; undefined: a matrix product. */
export function winogradSide(geometry: Conv2dGeometry, direction: Direction): ResultSide | undefined {
  if (!winogradFits(geometry)) return undefined
  const { method } = geometry
  if (method === undefined) return cheapestSide(geometry, direction)
  return method === 'winograd4' ? 4 : method === 'winograd2' ? 2 : undefined
}

/** Whether Winograd's method can compute this convolution at all. */
export function winogradFits({ window, groups }: Conv2dGeometry): boolean {
  const { kernel, stride, dilation } = window
  const both = ([height, width]: readonly [number, number], value: number) => height === value && width === value
  return groups === 1 && both(kernel, 3) && both(stride, 1) && both(dilation, 1)
}

/**
 * Work beside the products, fitted to measurements of 20 shapes, in multiply–adds of a product: transforming one value
 * of a tile in one plane, and transforming and fetching one filter value. At inference filters are transformed once and
 * only fetched; gradients are always taken in a training step, which transforms them anew.
 */
const tileWork: Readonly<Record<ResultSide, number>> = { 2: 7, 4: 12 }
const filterWork: Readonly<Record<Direction, number>> = { forward: 10, inputGradient: 30, filterGradient: 30 }
/** Below so much of a gain the plain sum's smaller error is worth more. */
const leastGain = 1.1

function cheapestSide(geometry: Conv2dGeometry, direction: Direction): ResultSide | undefined {
  let best: ResultSide | undefined
  let least = macs(geometry) / leastGain
  for (const side of [4, 2] as const) {
    const work = winogradWork(geometry, side, direction)
    if (work >= least) continue
    least = work
    best = side
  }
  return best
}

function winogradWork(geometry: Conv2dGeometry, side: ResultSide, direction: Direction): number {
  const { batch, window, channels, filters } = geometry
  const [height, width] = direction === 'inputGradient' ? window.input : window.output
  const tiles = batch * Math.ceil(height / side) * Math.ceil(width / side)
  const weights = channels * filters
  const planes = (side + 2) ** 2
  return planes * (tiles * (weights + tileWork[side] * (channels + filters)) + filterWork[direction] * weights)
}
