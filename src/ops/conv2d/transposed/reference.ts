/** Transposed convolution by its definition: every input value adds its filters, multiplied by the value, to the output around it. */

import { boundsOf } from '../../pointwise/table.ts'
import type { ReferenceKernel } from '../../types.ts'
import { inputGradientReference } from '../reference.ts'
import type { TransposedAttributes } from './attributes.ts'

/** inputs [x, filters, bias?] → [y] */
export const transposedReference: ReferenceKernel<TransposedAttributes> = (step, { inputs, outputs, updates }) => {
  const { bias, activation, channels } = step.attributes
  inputGradientReference(step, { inputs, outputs, updates })
  const [y] = outputs as readonly [Float64Array]
  const biases = bias ? inputs[2] : undefined
  const [least, most] = boundsOf(activation)
  for (let i = 0; i < y.length; i++) {
    const sum = (y[i] as number) + (biases?.[i % channels] ?? 0)
    y[i] = Math.min(Math.max(sum, least), most)
  }
}
