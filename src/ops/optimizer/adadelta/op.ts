/**
 * Adadelta (Zeiler 2012, "ADADELTA: An Adaptive Learning Rate Method"), with PyTorch's place of the rate: with
 * g = gradientScale·gradient + λ·p,
 *
 *   s = ρ·s + (1 − ρ)·g²;  d = √(u + ε)/√(s + ε)·g;  u = ρ·u + (1 − ρ)·d²;  p −= η·d
 */

import type { AdadeltaAttributes } from '../attributes.ts'
import { type UpdateOp, update } from '../update.ts'
import { adadeltaReference } from './reference.ts'

/** inputs [gradient, scalars], updates [parameter, squares, moves] */
export const adadelta: UpdateOp<AdadeltaAttributes> = /* @__PURE__ */ update({
  kind: 'optimizer.adadelta',
  numbers: ({ smoothing, epsilon }) => [`ρ ${smoothing}`, `ε ${epsilon}`],
  reference: adadeltaReference,
})
