/**
 * Which of the ways to compute a convolution a geometry gets: a pure function of geometry and direction, so that the
 * same plan has the same bits on every machine and in every run.
 */

import type { Conv2dGeometry } from './geometry.ts'
import type { ResultSide } from './winograd/wasm.ts'

export type Direction = 'forward' | 'inputGradient' | 'filterGradient'

/** The side of Winograd's results for this geometry and direction; undefined: a matrix product. */
export function winogradSide(geometry: Conv2dGeometry, direction: Direction): ResultSide | undefined {
  if (!winogradFits(geometry)) return undefined
  const { method } = geometry
  if (method === undefined) return chosenSide(geometry, direction)
  return method === 'winograd4' ? 4 : method === 'winograd2' ? 2 : undefined
}

/** Whether Winograd's method can compute this convolution at all. */
export function winogradFits({ window, groups }: Conv2dGeometry): boolean {
  const { kernel, stride, dilation } = window
  const all = (pair: readonly [number, number], value: number) => pair[0] === value && pair[1] === value
  return groups === 1 && all(kernel, 3) && all(stride, 1) && all(dilation, 1)
}

function chosenSide(_geometry: Conv2dGeometry, _direction: Direction): ResultSide | undefined {
  return undefined
}
