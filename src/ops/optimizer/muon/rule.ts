/** The steps of Muon's update for one array of filters: momentum, Newton–Schulz by conv2d's matrix products, the move. */

import { clipNorms } from '../../clip/op.ts'
import type { Conv2dGeometry } from '../../conv2d/geometry.ts'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../../conv2d/op.ts'
import type { Value } from '../../types.ts'
import type { ParameterUpdate, UpdateTape } from '../rule.ts'
import { muonApply, muonMomentum, muonNormalize, muonPolynomial } from './op.ts'
import { sidesOf } from './reference.ts'

export interface MuonNumbers {
  readonly momentum: number
  /** Of Newton–Schulz. */
  readonly nsSteps: number
  readonly filterNorm: number
  /** 0 where this parameter does not decay. */
  readonly weightDecay: number
}

/** Of the polynomial a·x + b·x³ + c·x⁵, which brings singular values from (0, 1] to about 1 in few steps (Jordan et al.). */
const coefficients = [3.4445, -4.775, 2.0315] as const

export function emitMuon(
  { momentum, nsSteps, filterNorm, weightDecay }: MuonNumbers,
  { parameter, gradient, scalars, states }: ParameterUpdate,
  { emit, view }: UpdateTape,
): void {
  const columns = parameter.shape.at(-1) as number
  const [direction] = emit(muonMomentum, { momentum, columns }, [gradient, scalars], states) as [Value]
  const [norms] = emit(clipNorms, {}, [direction]) as [Value]
  const [start] = emit(muonNormalize, {}, [direction, norms]) as [Value]
  let matrix = start
  for (let i = 0; i < nsSteps; i++) matrix = newtonSchulz(matrix, { emit, view })
  const own = filterNorm === 0 ? [] : emit(clipNorms, {}, [parameter])
  emit(muonApply, { weightDecay, filterNorm }, [matrix, scalars, ...own], [parameter])
}

/** X·(a·I + b·XᵀX + c·(XᵀX)²), or (a·I + b·XXᵀ + c·(XXᵀ)²)·X where X [rows, 1, 1, columns] has fewer rows. */
function newtonSchulz(matrix: Value, { emit, view }: UpdateTape): Value {
  const { rows, columns } = sidesOf(matrix)
  const plain = { bias: false, activation: 'none' } as const
  if (columns <= rows) {
    const square = product(columns, columns)
    const [gram] = emit(conv2dFilterGradient, square, [matrix, matrix]) as [Value]
    const asRows = view(gram, [columns, 1, 1, columns])
    const [power] = emit(conv2d, { ...square, ...plain }, [asRows, gram]) as [Value]
    const [factor] = emit(muonPolynomial, { coefficients }, [gram, power]) as [Value]
    return emit(conv2d, { ...square, ...plain }, [matrix, factor])[0] as Value
  }
  const asFilters = view(matrix, [1, 1, rows, columns])
  const [gram] = emit(conv2dInputGradient, product(rows, columns), [matrix, asFilters]) as [Value]
  const square = product(rows, rows)
  const [power] = emit(conv2d, { ...square, ...plain }, [gram, view(gram, [1, 1, rows, rows])]) as [Value]
  const [factor] = emit(muonPolynomial, { coefficients }, [gram, power]) as [Value]
  return emit(conv2d, { ...product(rows, columns), ...plain }, [factor, asFilters])[0] as Value
}

/** A matrix product as a 1×1 convolution of 1×1 images: each row an image. */
function product(channels: number, filters: number): Conv2dGeometry {
  const one = [1, 1] as const
  const window = { kernel: one, stride: one, padding: [0, 0, 0, 0], dilation: one, input: one, output: one } as const
  return { window, channels, filters, groups: 1 }
}
