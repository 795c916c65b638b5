/** Cases of Muon's ops: matrices of odd sides, of one value, and of several tiles. */

import { type OpCase, opCase } from '../../cases.ts'
import { clipNorms } from '../../clip/op.ts'
import { SCALAR_COUNT, scalarSlots, scalarsSpec } from '../../scalars.ts'
import { f32 } from '../../specs.ts'
import type { ArraySpec } from '../../types.ts'
import { muonApply, muonMomentum, muonNormalize, muonPolynomial } from './op.ts'

const sides = [
  { name: 'one value', rows: 1, columns: 1 },
  { name: '3×7', rows: 3, columns: 7 },
  { name: '27×5', rows: 27, columns: 5 },
  { name: '131×37, two tiles', rows: 131, columns: 37 },
]

const scalarValues = Array.from({ length: SCALAR_COUNT }, () => 0)
scalarValues[scalarSlots.learningRate] = 0.1
scalarValues[scalarSlots.gradientScale] = 0.5
const fill =
  (array: number) =>
  (_random: unknown, of: number, element: number): number | undefined =>
    of === array ? scalarValues[element] : undefined

const normsOf = (matrix: ArraySpec) => clipNorms.outputs({}, [matrix])[0] as ArraySpec

export const cases: readonly OpCase[] = sides.flatMap(({ name, rows, columns }) => {
  const matrix = f32(rows, 1, 1, columns)
  const square = f32(1, 1, columns, columns)
  const filters = f32(1, rows, 1, columns)
  return [
    opCase({
      name,
      op: muonMomentum,
      attributes: { momentum: 0.6, columns },
      inputs: [filters, scalarsSpec],
      updates: [filters],
      terms: 8,
      fill: fill(1),
    }),
    opCase({ name, op: muonNormalize, attributes: {}, inputs: [matrix, normsOf(matrix)], terms: 4 }),
    opCase({
      name,
      op: muonPolynomial,
      attributes: { coefficients: [3.4445, -4.775, 2.0315] },
      inputs: [square, square],
      terms: 6,
    }),
    opCase({
      name: `${name}, decay`,
      op: muonApply,
      attributes: { weightDecay: 0.1, filterNorm: 0 },
      inputs: [matrix, scalarsSpec],
      updates: [filters],
      terms: 16,
      fill: fill(1),
    }),
    opCase({
      name: `${name}, filters of norm 1`,
      op: muonApply,
      attributes: { weightDecay: 0, filterNorm: 1 },
      inputs: [matrix, scalarsSpec, normsOf(matrix)],
      updates: [filters],
      terms: 16,
      fill: fill(1),
    }),
  ]
})
