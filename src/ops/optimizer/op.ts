/**
 * The update rules (the notes, "Parameter updates"), each one op; Adadelta and Muon are in folders of their own. Each has inputs
 * [gradient, scalars], updates [parameter, state…] and no outputs. Formulas, the place of ε included, are PyTorch's; with g = gradientScale·gradient
 * + λ·p (the decoupled Adam without λ·p) and η the learning rate:
 *
 *   sgd      v = m·v + g;  p −= η·(nesterov ? g + m·v : v)          without momentum p −= η·g
 *   adagrad  s += g²;      p −= η·g/(√s + ε)
 *   rmsprop  s = α·s + (1 − α)·g²;  d = g/(√s + ε);  p −= η·d       with momentum v = m·v + d; p −= η·v
 *   adam     a = β₁·a + (1 − β₁)·g;  s = β₂·s + (1 − β₂)·g²;
 *            p −= η·(a/(1 − β₁ᵗ)/(√(s/(1 − β₂ᵗ)) + ε) + (decoupled ? λ·p : 0))
 *
 * All state starts at 0. table.ts lists the state that each rule needs. Where gradientScale is 0 (the loss or a gradient is
 * not finite), or `paused` is not, nothing happens: no decay and no change of state, even where the gradient holds NaN.
 */

import { accumulateOps } from './accumulate/op.ts'
import { adadelta } from './adadelta/op.ts'
import type { AdagradAttributes, AdamAttributes, RmspropAttributes, SgdAttributes } from './attributes.ts'
import { averageOps } from './average/op.ts'
import { muonOps } from './muon/op.ts'
import { adagradReference, adamReference, rmspropReference, sgdReference } from './reference.ts'
import { type UpdateOp, update } from './update.ts'

const momentumText = (momentum: number) => (momentum === 0 ? [] : [`momentum ${momentum}`])

export const sgd: UpdateOp<SgdAttributes> = update({
  kind: 'optimizer.sgd',
  numbers: ({ momentum, nesterov }) => [...momentumText(momentum), ...(nesterov ? ['nesterov'] : [])],
  reference: sgdReference,
})

export const adagrad: UpdateOp<AdagradAttributes> = update({
  kind: 'optimizer.adagrad',
  numbers: ({ epsilon }) => [`ε ${epsilon}`],
  reference: adagradReference,
})

export const rmsprop: UpdateOp<RmspropAttributes> = update({
  kind: 'optimizer.rmsprop',
  numbers: ({ smoothing, epsilon, momentum }) => [`α ${smoothing}`, `ε ${epsilon}`, ...momentumText(momentum)],
  reference: rmspropReference,
})

export const adam: UpdateOp<AdamAttributes> = update({
  kind: 'optimizer.adam',
  numbers: ({ beta1, beta2, epsilon, decoupled }) => [
    `β ${beta1} ${beta2}`,
    `ε ${epsilon}`,
    ...(decoupled ? ['decoupled'] : []),
  ],
  reference: adamReference,
})

export const optimizerOps = {
  'optimizer.sgd': sgd,
  'optimizer.adagrad': adagrad,
  'optimizer.rmsprop': rmsprop,
  'optimizer.adam': adam,
  'optimizer.adadelta': adadelta,
  ...muonOps,
  ...averageOps,
  ...accumulateOps,
} as const
