/** CONCAT as ONNX: Concat along the channels. */

import { type OnnxForm, together } from '../onnx.ts'

export const concatForm: OnnxForm = (writing) => {
  const { names, layout } = together(writing)
  return { name: writing.node('Concat', names, { axis: 1 }), layout }
}
