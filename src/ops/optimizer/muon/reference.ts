/** Muon's ops in float64. */

import { scalarSlots } from '../../scalars.ts'
import type { ArraySpec, ReferenceKernel } from '../../types.ts'
import { isSkipped } from '../reference.ts'
import type { MuonApplyAttributes, MuonMomentumAttributes, MuonPolynomialAttributes } from './attributes.ts'

/** Keeps a matrix of zeros from being divided by 0. */
export const normEpsilon = 1e-7

/** inputs [gradient, scalars], updates [velocity], outputs [direction] */
export const momentumReference: ReferenceKernel<MuonMomentumAttributes> = (step, { inputs, outputs, updates }) => {
  const { momentum } = step.attributes
  const [gradient, scalars] = inputs as readonly [Float64Array, Float64Array]
  const [direction] = outputs as readonly [Float64Array]
  const [velocity] = updates as readonly [Float64Array]
  const scale = scalars[scalarSlots.gradientScale] as number
  const skipped = isSkipped(scalars)
  for (let i = 0; i < gradient.length; i++) {
    if (skipped) {
      direction[i] = 0
      continue
    }
    const g = scale * (gradient[i] as number)
    const v = momentum * (velocity[i] as number) + g
    velocity[i] = v
    direction[i] = g + momentum * v
  }
}

/** inputs [matrix, norms], outputs [normalized] */
export const normalizeReference: ReferenceKernel<object> = (_step, { inputs, outputs }) => {
  const [matrix, norms] = inputs as readonly [Float64Array, Float64Array]
  const [normalized] = outputs as readonly [Float64Array]
  const norm = Math.hypot(...norms)
  for (let i = 0; i < matrix.length; i++) normalized[i] = (matrix[i] as number) / (norm + normEpsilon)
}

/** inputs [A, A²], outputs [polynomial] */
export const polynomialReference: ReferenceKernel<MuonPolynomialAttributes> = ({ attributes }, { inputs, outputs }) => {
  const [a, b, c] = attributes.coefficients
  const [gram, square] = inputs as readonly [Float64Array, Float64Array]
  const [polynomial] = outputs as readonly [Float64Array]
  const side = Math.sqrt(gram.length)
  for (let i = 0; i < gram.length; i++) {
    const one = i % (side + 1) === 0 ? a : 0
    polynomial[i] = one + b * (gram[i] as number) + c * (square[i] as number)
  }
}

/** inputs [direction, scalars, norms?], updates [parameter] */
export const applyReference: ReferenceKernel<MuonApplyAttributes> = (step, { inputs, updates }) => {
  const { weightDecay, filterNorm } = step.attributes
  const [direction, scalars, norms] = inputs as readonly [Float64Array, Float64Array, Float64Array?]
  const [parameter] = updates as readonly [Float64Array]
  if (isSkipped(scalars)) return
  const { rows, columns } = sidesOf(step.inputs[0] as ArraySpec)
  const norm = norms === undefined ? 0 : Math.hypot(...norms)
  const kept = filterNorm > 0 && norm > 0 ? (filterNorm * Math.sqrt(columns)) / norm : 1
  const size = sizeOfMove(filterNorm, rows, columns)
  const rate = scalars[scalarSlots.learningRate] as number
  for (let i = 0; i < parameter.length; i++) {
    const p = kept * (parameter[i] as number)
    parameter[i] = p - rate * (size * (direction[i] as number) + weightDecay * p)
  }
}

/** Weights of any size move further where they have more columns than rows; scaled ones do not (as in airbench94). */
export function sizeOfMove(filterNorm: number, rows: number, columns: number): number {
  return filterNorm > 0 ? 1 : Math.sqrt(Math.max(1, columns / rows))
}

/** Of a matrix [rows, 1, 1, columns]. */
export function sidesOf({ shape }: Pick<ArraySpec, 'shape'>): { readonly rows: number; readonly columns: number } {
  return { rows: shape[0] as number, columns: shape.at(-1) as number }
}
