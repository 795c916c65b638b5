/**
 * The four update rules (the notes, "Parameter updates"), each one op with inputs [gradient, scalars], updates
 * [parameter, state…] and no outputs. Formulas, the place of ε included, are PyTorch's; with g = gradientScale·gradient
 * + λ·p (the decoupled Adam without λ·p) and η the learning rate:
 *
 *   sgd      v = m·v + g;  p −= η·(nesterov ? g + m·v : v)          without momentum p −= η·g
 *   adagrad  s += g²;      p −= η·g/(√s + ε)
 *   rmsprop  s = α·s + (1 − α)·g²;  d = g/(√s + ε);  p −= η·d       with momentum v = m·v + d; p −= η·v
 *   adam     a = β₁·a + (1 − β₁)·g;  s = β₂·s + (1 − β₂)·g²;
 *            p −= η·(a/(1 − β₁ᵗ)/(√(s/(1 − β₂ᵗ)) + ε) + (decoupled ? λ·p : 0))
 *
 * All state starts at 0. table.ts lists the state that each rule needs. Where gradientScale is 0 (the loss or a gradient is
 * not finite) nothing happens: no decay and no change of state, even where the gradient holds NaN.
 */

import { SCALAR_COUNT } from '../scalars.ts'
import { expectSize } from '../specs.ts'
import type { ArraySpec, Op } from '../types.ts'
import type {
  AdagradAttributes,
  AdamAttributes,
  OptimizerAttributes,
  RmspropAttributes,
  SgdAttributes,
} from './attributes.ts'
import { adagradReference, adamReference, rmspropReference, sgdReference } from './reference.ts'

/** An op that looks at the arrays it updates, too, where they are given. */
export interface UpdateOp<A extends OptimizerAttributes> extends Op<A> {
  outputs(attributes: A, inputs: readonly ArraySpec[], updates?: readonly ArraySpec[]): readonly ArraySpec[]
}

/** An optimizer's op from what is particular to it. */
function update<A extends OptimizerAttributes>(
  row: Pick<Op<A>, 'kind' | 'reference'> & { readonly numbers: (attributes: A) => readonly string[] },
): UpdateOp<A> {
  const { kind, numbers, reference } = row
  return {
    kind,
    describe(attributes) {
      const decay = attributes.weightDecay === 0 ? [] : [`weight decay ${attributes.weightDecay}`]
      return [...numbers(attributes), ...decay].join(', ')
    },
    outputs(_attributes, inputs, updates = []) {
      expectSize(kind, inputs, 1, [SCALAR_COUNT], 'scalars')
      const [parameter, ...states] = updates
      if (parameter === undefined) return []
      expectSize(kind, inputs, 0, parameter.shape, 'gradients')
      states.forEach((_, i) => {
        expectSize(kind, updates, i + 1, parameter.shape, 'optimizer states')
      })
      return []
    },
    gradient: 'none',
    reference,
  }
}

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
} as const
