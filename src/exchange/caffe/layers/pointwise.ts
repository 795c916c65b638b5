/** Layers that change each value by itself, and those that join values of the same place. */

import { refuse } from '../refuse.ts'
import { likeTensor } from '../tensor.ts'
import { type Converter, handsOn, simple, someBottoms, type Use } from './converter.ts'

const operations = ['PROD', 'SUM', 'MAX'] as const

export const pointwise: Readonly<Record<string, Converter>> = {
  ReLU: simple('relu_param', (parameters) => {
    const slope = parameters.real('negative_slope', 0)
    if (slope < 0) refuse(`a negative slope below 0, ${slope}`)
    return slope === 0 ? { word: 'RELU' } : { word: 'LRELU', parts: { number: slope } }
  }),
  ReLU6: simple(undefined, () => ({ word: 'RELU6' })),
  Sigmoid: simple('sigmoid_param', () => ({ word: 'SIGMOID' })),
  TanH: simple('tanh_param', () => ({ word: 'TANH' })),
  BNLL: simple(undefined, () => ({ word: 'SOFTPLUS' })),
  ELU: simple('elu_param', (parameters) => ({ word: 'ELU', parts: { number: parameters.real('alpha', 1) } })),
  Swish: simple('swish_param', (parameters) => ({ word: 'SILU', parts: { number: parameters.real('beta', 1) } })),
  Clip: simple('clip_param', (parameters) => {
    const [least, most] = [parameters.real('min', 0), parameters.real('max', 0)]
    if (least !== 0 || most !== 6) refuse(`bounds of ${least} and ${most} (only 0 and 6)`)
    return { word: 'RELU6' }
  }),
  Dropout: simple('dropout_param', (parameters) => {
    const number = parameters.real('dropout_ratio', 0.5)
    if (!(number >= 0 && number < 1)) refuse(`a dropout_ratio of ${number}`)
    return { word: 'DROPOUT', parts: { number } }
  }),
  Split: handsOn,
  AbsVal: {
    // |x| = max(x, 0) + max(−x, 0)
    convert({ input, add, addUnnamed }) {
      const above = addUnnamed({ word: 'RELU', inputs: [input.wire] })
      const turned = addUnnamed({ word: 'SCALE', parts: { number: -1 }, inputs: [input.wire] })
      const below = addUnnamed({ word: 'RELU', inputs: [turned] })
      return [likeTensor(add({ word: 'ADD', inputs: [above, below] }), input)]
    },
  },
  Eltwise: {
    parameters: 'eltwise_param',
    bottoms: someBottoms,
    convert(use) {
      const { parameters, inputs, input, add } = use
      const operation = parameters.word('operation', operations, 'SUM')
      const factors = parameters.reals('coeff')
      if (factors.length > 0 && (operation !== 'SUM' || factors.length !== inputs.length))
        refuse(`${factors.length} coefficients for ${inputs.length} bottoms of ${operation}`)
      const terms = inputs.map(({ wire }, index) => {
        const number = factors[index] ?? 1
        return number === 1 ? wire : use.addUnnamed({ word: 'SCALE', parts: { number }, inputs: [wire] })
      })
      if (terms.length === 1) return [likeTensor(terms[0] ?? input.wire, input)]
      if (operation === 'MAX') return [maximum(use)]
      return [likeTensor(add({ word: operation === 'SUM' ? 'ADD' : 'MULTIPLY', inputs: terms }), input)]
    },
  },
  // Of SENet: a·x + y, with a factor for each channel of x.
  Axpy: {
    bottoms: { min: 3, max: 3 },
    convert({ inputs, add, addUnnamed }) {
      const [factors, x, y] = inputs as [(typeof inputs)[0], (typeof inputs)[0], (typeof inputs)[0]]
      const product = addUnnamed({ word: 'MULTIPLY', inputs: [x.wire, factors.wire] })
      return [likeTensor(add({ word: 'ADD', inputs: [product, y.wire] }), y)]
    },
  },
}

/** The channels of all bottoms side by side, those of one place next to each other, and then the maximum of each. */
function maximum({ inputs, input, add, addUnnamed }: Use) {
  const [first, ...others] = inputs.map(({ shape }) => shape.slice(1).join(' × '))
  const other = others.find((shape) => shape !== first)
  if (other !== undefined) refuse(`bottoms of ${first} and ${other}`)
  const together = addUnnamed({ word: 'CONCAT', inputs: inputs.map(({ wire }) => wire) })
  const neighbors = addUnnamed({ word: 'SHUFFLE', parts: { options: { g: [inputs.length] } }, inputs: [together] })
  return likeTensor(add({ word: 'MAXOUT', parts: { size: [inputs.length] }, inputs: [neighbors] }), input)
}
