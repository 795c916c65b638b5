/**
 * Whether a geometry gets Winograd's method or a matrix product: a pure function of geometry and direction, so that the
 * same plan has the same bits on every machine and in every run.
 */

import type { Window } from '../window.ts'
import type { Conv2dGeometry } from './geometry.ts'
import { type ResultSide, streamsFilters } from './winograd/tiling.ts'
import type { Conv2dWork } from './work.ts'

export type Direction = 'forward' | 'inputGradient' | 'filterGradient'

/** Whether Winograd's method can compute this convolution at all. */
export function winogradFits({ window }: Conv2dGeometry): boolean {
  const { kernel, stride, dilation } = window
  const both = ([height, width]: readonly [number, number], value: number) => height === value && width === value
  return both(kernel, 3) && both(stride, 1) && both(dilation, 1)
}

/** Below this gain the plain sum's smaller error is worth more. */
const leastGain = 1.1

/** The side of Winograd's results that is cheapest where its method fits; undefined: a matrix product, or all is to be exact. */
export function cheapestSide(geometry: Conv2dWork, direction: Direction): ResultSide | undefined {
  if (geometry.exact) return undefined
  const each = eachGroup(geometry)
  let best: ResultSide | undefined
  let least = productWork(each, direction) / leastGain
  for (const side of [4, 2] as const) {
    const work = winogradWork(each, side, direction)
    if (work >= least) continue
    least = work
    best = side
  }
  return best
}

/** Channels and filters of one group; a group's work is compared with a group's. */
function eachGroup({ channels, filters, ...geometry }: Conv2dWork): Conv2dWork {
  return { ...geometry, channels: channels / geometry.groups, filters: filters / geometry.groups }
}

/** Multiply–adds, in whole panels of columns. In the first two directions taps outside of the picture are left out. */
function productWork(geometry: Conv2dWork, direction: Direction): number {
  const { window, channels, filters } = geometry
  const pairs = ([0, 1] as const).map((axis) =>
    direction === 'filterGradient' ? window.kernel[axis] * window.output[axis] : insidePairs(window, axis),
  )
  return pairs.reduce(
    (product, count) => product * count,
    geometry.largestBatch * matrixWork(channels, filters, direction),
  )
}

/** Pairs of an output and an input position that a tap joins. */
function insidePairs({ input, output, kernel, padding }: Window, axis: 0 | 1): number {
  let pairs = 0
  for (let position = 0; position < output[axis]; position++) {
    const first = position - padding[axis]
    pairs += Math.max(0, Math.min(first + kernel[axis], input[axis]) - Math.max(first, 0))
  }
  return pairs
}

/** C·K, as kernels do it: columns are rounded up to panels of eight. */
function matrixWork(channels: number, filters: number, direction: Direction): number {
  const panels = (columns: number) => Math.ceil(columns / 8) * 8
  return direction === 'inputGradient' ? filters * panels(channels) : channels * panels(filters)
}

/**
 * Winograd's work apart from its products, in multiply–adds of a product, fitted to measurements of 35 shapes, on the modules
 * with 128 and with 256 bits (where it weighs twice as much; these are between). Of a tile's value in one plane:
 */
const tileWork: Readonly<Record<ResultSide, number>> = { 2: 7, 4: 12 }
/**
 * And of a filter's value in one plane: at inference filters are transformed once and only fetched, in training the input
 * gradient transforms them and the filter gradient transforms theirs back. More where they are beyond a core's caches.
 */
const filterWork: Readonly<Record<Direction, readonly [near: number, far: number]>> = {
  forward: [1, 10],
  inputGradient: [7, 30],
  filterGradient: [12, 40],
}
const nearBytes = 4 * 1024 * 1024
/** So much of `far` is hidden behind the products where filters are streamed. */
const streamedGain = 6.5

function winogradWork(geometry: Conv2dWork, side: ResultSide, direction: Direction): number {
  const { window, groups, channels, filters } = geometry
  const [height, width] = direction === 'inputGradient' ? window.input : window.output
  const tiles = geometry.largestBatch * Math.ceil(height / side) * Math.ceil(width / side)
  const planes = (side + 2) ** 2
  const weights = channels * filters
  // Of one group: its filters stay near while its blocks use them.
  const bytes = planes * weights * 4
  const [near, far] = filterWork[direction]
  const terms = direction === 'inputGradient' ? filters : channels
  const streamed = groups === 1 && direction !== 'filterGradient' && streamsFilters(tiles, terms, bytes)
  const each = bytes <= nearBytes ? near : streamed ? far - streamedGain : far
  return (
    planes *
    (tiles * (matrixWork(channels, filters, direction) + tileWork[side] * (channels + filters)) + each * weights)
  )
}
