/** Activations as ONNX: an operator, or where the operator set has none, its formula. */

import type { ActivationWord } from '../../ops/pointwise/table.ts'
import { type OnnxForm, type OnnxWriting, pointwiseForm } from '../onnx.ts'

export interface Attributes {
  readonly parameter?: number | undefined
  readonly approximate?: string | undefined
}

type Form = OnnxForm<Attributes>

/** An operator whose attribute `alpha` is the parameter. */
const withAlpha = (op: string): Form => pointwiseForm(op, ({ parameter: value = 1 }) => ({ alpha: { float: value } }))

/** A formula, of x by name. */
const formula =
  (write: (x: string, writing: OnnxWriting<Attributes>) => string): Form =>
  (writing) => ({ name: write(writing.x.name, writing), layout: writing.x.layout })

/** ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) */
function geluTanh(x: string, { node, number }: OnnxWriting): string {
  const cube = node('Pow', [x, number(3)], {}, 'cube')
  const small = node('Mul', [cube, number(0.044715)], {}, 'small')
  const sum = node('Add', [x, small], {}, 'sum')
  const scaled = node('Mul', [sum, number(Math.sqrt(2 / Math.PI))], {}, 'scaled')
  const one = node('Add', [node('Tanh', [scaled], {}, 'tanh'), number(1)], {}, 'one')
  return node('Mul', [node('Mul', [x, number(0.5)], {}, 'half'), one])
}

/** ½x·(1 + erf(x/√2)) */
function geluErf(x: string, { node, number }: OnnxWriting): string {
  const erf = node('Erf', [node('Div', [x, number(Math.SQRT2)], {}, 'scaled')], {}, 'erf')
  const product = node('Mul', [x, node('Add', [erf, number(1)], {}, 'one')], {}, 'product')
  return node('Mul', [product, number(0.5)])
}

export const activationForms: Readonly<Record<ActivationWord, Form>> = {
  relu: pointwiseForm('Relu'),
  relu6: formula((x, { node, number }) => node('Clip', [x, number(0), number(6)])),
  lrelu: withAlpha('LeakyRelu'),
  gelu: formula((x, writing) => {
    const { approximate } = writing.attributes
    if (writing.opset >= 20) return writing.node('Gelu', [x], { approximate: approximate ?? 'none' })
    return approximate === undefined ? geluErf(x, writing) : geluTanh(x, writing)
  }),
  silu: formula((x, { attributes: { parameter: beta = 1 }, node, number }) => {
    const scaled = beta === 1 ? x : node('Mul', [x, number(beta)], {}, 'scaled')
    return node('Mul', [x, node('Sigmoid', [scaled], {}, 'sigmoid')])
  }),
  hardswish: pointwiseForm('HardSwish'),
  mish: formula((x, { node, opset }) => {
    if (opset >= 18) return node('Mish', [x])
    return node('Mul', [x, node('Tanh', [node('Softplus', [x], {}, 'softplus')], {}, 'tanh')])
  }),
  elu: withAlpha('Elu'),
  selu: pointwiseForm('Selu'),
  celu: withAlpha('Celu'),
  softplus: formula((x, { attributes: { parameter: beta = 1 }, node, number }) => {
    if (beta === 1) return node('Softplus', [x])
    const softplus = node('Softplus', [node('Mul', [x, number(beta)], {}, 'scaled')], {}, 'softplus')
    return node('Div', [softplus, number(beta)])
  }),
  softsign: pointwiseForm('Softsign'),
  hardsigmoid: pointwiseForm('HardSigmoid', () => ({ alpha: { float: 1 / 6 }, beta: { float: 0.5 } })),
  sigmoid: pointwiseForm('Sigmoid'),
  tanh: pointwiseForm('Tanh'),
  exp: pointwiseForm('Exp'),
  log: pointwiseForm('Log'),
  sqrt: pointwiseForm('Sqrt'),
  reciprocal: pointwiseForm('Reciprocal'),
}
