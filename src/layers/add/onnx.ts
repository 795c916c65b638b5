/** ADD as ONNX: Add, one for each further branch. */

import { type OnnxForm, together } from '../onnx.ts'

export const addForm: OnnxForm = (writing) => {
  const { names, layout } = together(writing)
  const [first = '', ...others] = names
  const last = others.length - 1
  const name = others.reduce(
    (sum, other, i) => writing.node('Add', [sum, other], {}, i === last ? undefined : 'sum'),
    first,
  )
  return { name, layout }
}
