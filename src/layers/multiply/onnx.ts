/** MULTIPLY as ONNX: Mul, one for each further branch. [N, C, 1, 1] broadcasts to every position. */

import { type OnnxForm, together } from '../onnx.ts'

export const multiplyForm: OnnxForm = (writing) => {
  const { names, layout } = together(writing)
  const [first = '', ...others] = names
  const last = others.length - 1
  const name = others.reduce(
    (product, other, i) => writing.node('Mul', [product, other], {}, i === last ? undefined : 'product'),
    first,
  )
  return { name, layout }
}
