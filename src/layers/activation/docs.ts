/** What docs/layers.md says of the activations. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  relu: {
    title: 'rectified linear unit',
    forward: 'max(0, x)',
    source: 'Nair and Hinton 2010',
  },
  relu6: {
    title: 'ReLU6',
    forward: 'min(max(0, x), 6)',
    source: 'Howard et al. 2017, MobileNets',
  },
  lrelu: {
    title: 'leaky ReLU',
    forward: 'x where positive, a·x elsewhere',
    number: 'a, at least 0',
    defaults: { number: '0.01' },
    source: 'Maas et al. 2013',
  },
  gelu: {
    title: 'Gaussian error linear unit',
    forward: 'x·Φ(x); by tanh: ½x·(1 + tanh(√(2/π)·(x + 0.044715x³)))',
    defaults: { approx: 'exact' },
    source: 'Hendrycks and Gimpel 2016',
  },
  silu: {
    title: 'sigmoid linear unit (Swish)',
    forward: 'x·σ(βx)',
    number: 'β, from 0.000001 to 1000000',
    defaults: { number: '1' },
    source: 'Elfwing et al. 2017; Ramachandran et al. 2017',
  },
  hardswish: {
    title: 'hard Swish',
    forward: 'x·min(max(0, x + 3), 6)/6',
    source: 'Howard et al. 2019, MobileNetV3',
  },
  mish: {
    title: 'Mish',
    forward: 'x·tanh(ln(1 + eˣ))',
    source: 'Misra 2019',
  },
  elu: {
    title: 'exponential linear unit',
    forward: 'x where positive, α·(eˣ − 1) elsewhere',
    number: 'α, at least 0',
    defaults: { number: '1' },
    source: 'Clevert et al. 2015',
  },
  selu: {
    title: 'scaled ELU',
    forward: 'λx where positive, λα·(eˣ − 1) elsewhere; λ = 1.0507…, α = 1.6733…',
    source: 'Klambauer et al. 2017',
  },
  celu: {
    title: 'continuously differentiable ELU',
    forward: 'x where positive, α·(e^(x/α) − 1) elsewhere',
    number: 'α, from 0.000001 to 1000000',
    defaults: { number: '1' },
    source: 'Barron 2017',
  },
  softplus: {
    title: 'softplus',
    forward: 'ln(1 + e^(βx))/β',
    number: 'β, from 0.000001 to 1000000',
    defaults: { number: '1' },
    source: 'Dugas et al. 2000',
  },
  softsign: {
    title: 'softsign',
    forward: 'x/(1 + |x|)',
    source: 'Bergstra et al. 2009',
  },
  hardsigmoid: {
    title: 'hard sigmoid',
    forward: 'min(max(0, x + 3), 6)/6',
    source: 'Howard et al. 2019, MobileNetV3',
  },
  sigmoid: {
    title: 'sigmoid',
    forward: '1/(1 + e⁻ˣ)',
    source: 'CS231n notes, "Commonly used activation functions"',
  },
  tanh: {
    title: 'hyperbolic tangent',
    forward: 'tanh x',
    source: 'LeCun et al. 1998, Efficient BackProp',
  },
  exp: {
    title: 'exponential',
    forward: 'eˣ',
    source: 'a step of formulas, such as the log-softmax of imported models',
  },
  log: {
    title: 'natural logarithm',
    forward: 'ln x; NaN below 0, −∞ at 0',
    source: 'a step of formulas, such as the log-softmax of imported models',
  },
  sqrt: {
    title: 'square root',
    forward: '√x; NaN below 0',
    source: 'a step of formulas, such as the norms of imported models',
  },
  reciprocal: {
    title: 'reciprocal',
    forward: '1/x; ±∞ at 0',
    source: 'a step of formulas, such as the quotients of imported models',
  },
}
