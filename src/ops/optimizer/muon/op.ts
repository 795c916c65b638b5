/**
 * Muon (Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"): momentum whose matrix is made
 * nearly orthogonal before it moves the weights. Filters [F, F, C, K] are a matrix of F·F·C rows and K columns, PyTorch's
 * transposed: Newton–Schulz gives the transposed result of a transposed matrix. With g = gradientScale·gradient:
 *
 *   v = m·v + g;  X = g + m·v;  X = X/(‖X‖ + 1e-7)
 *   a few times: A = XᵀX (or XXᵀ, whichever is smaller);  X = X·(a·I + b·A + c·A²)
 *   without filterNorm:  p −= η·(√max(1, K/rows)·X + λ·p), as torch.optim.Muon
 *   with filterNorm:     p = p·filterNorm·√K/‖p‖;  p −= η·(X + λ·p), as airbench94
 *
 * The products are steps of their own, conv2d's matrix products; the ops here are what stands between them.
 */

import { sizeOf } from '../../../core/shapes.ts'
import { SCALAR_COUNT } from '../../scalars.ts'
import { expectSize, f32 } from '../../specs.ts'
import type { ArraySpec, Op } from '../../types.ts'
import { decayText } from '../update.ts'
import type { MuonApplyAttributes, MuonMomentumAttributes, MuonPolynomialAttributes } from './attributes.ts'
import { applyReference, momentumReference, normalizeReference, polynomialReference } from './reference.ts'

/**
 * [gradient, scalars], updates [velocity] → [direction], [rows, 1, 1, columns]: a picture a row, for the products. Where
 * the update is skipped, the direction is 0.
 */
export const muonMomentum: Op<MuonMomentumAttributes> = {
  kind: 'optimizer.muon.momentum',
  describe: ({ momentum }) => `momentum ${momentum}, nesterov`,
  outputs({ columns }, inputs) {
    const [gradient] = inputs as readonly [ArraySpec]
    expectSize(muonMomentum.kind, inputs, 1, [SCALAR_COUNT], 'scalars')
    const rows = Math.floor(sizeOf(gradient.shape) / columns)
    expectSize(muonMomentum.kind, inputs, 0, [rows, columns], 'gradients')
    return [f32(rows, 1, 1, columns)]
  },
  gradient: 'none',
  reference: momentumReference,
}

/** [matrix, its norms by `clip.norms`] → [matrix of norm 1]; a matrix of zeros stays one. */
export const muonNormalize: Op<object> = {
  kind: 'optimizer.muon.normalize',
  describe: () => '',
  outputs: (_attributes, inputs) => inputs.slice(0, 1),
  inPlace: [[0, 0]],
  gradient: 'none',
  reference: normalizeReference,
}

/** [A, A²], square matrices → [a·I + b·A + c·A²] in the shape of A. */
export const muonPolynomial: Op<MuonPolynomialAttributes> = {
  kind: 'optimizer.muon.polynomial',
  describe: ({ coefficients }) => coefficients.join(' '),
  outputs(_attributes, inputs) {
    const [gram] = inputs as readonly [ArraySpec]
    expectSize(muonPolynomial.kind, inputs, 1, gram.shape, 'squares')
    return [gram]
  },
  inPlace: [[1, 0]],
  gradient: 'none',
  reference: polynomialReference,
}

/** [direction [rows, 1, 1, columns], scalars, norms of the parameter by `clip.norms`, if `filterNorm` is not 0], updates [parameter] */
export const muonApply: Op<MuonApplyAttributes> = {
  kind: 'optimizer.muon.apply',
  describe(attributes) {
    const { filterNorm } = attributes
    return [...(filterNorm === 0 ? [] : [`filters of norm ${filterNorm}`]), ...decayText(attributes)].join(', ')
  },
  outputs(_attributes, inputs, updates = []) {
    expectSize(muonApply.kind, inputs, 1, [SCALAR_COUNT], 'scalars')
    const [parameter] = updates
    if (parameter !== undefined) expectSize(muonApply.kind, inputs, 0, parameter.shape, 'directions')
    return []
  },
  gradient: 'none',
  reference: applyReference,
}

export const muonOps = {
  'optimizer.muon.momentum': muonMomentum,
  'optimizer.muon.normalize': muonNormalize,
  'optimizer.muon.polynomial': muonPolynomial,
  'optimizer.muon.apply': muonApply,
} as const
