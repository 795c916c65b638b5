/** Activation functions and their derivatives value by value, as their table defines them. */

import type { ReferenceKernel } from '../types.ts'
import { activations, type PointwiseAttributes, parameterOf } from './table.ts'

/** inputs [x] → [y] */
export const pointwiseReference: ReferenceKernel<PointwiseAttributes> = ({ attributes }, { inputs, outputs }) => {
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  const row = activations[attributes.function]
  const parameter = parameterOf(attributes)
  for (let i = 0; i < y.length; i++) y[i] = row.forward(x[i] as number, parameter)
}

/** inputs [kept, dy] → [dx] */
export const pointwiseGradientReference: ReferenceKernel<PointwiseAttributes> = (
  { attributes },
  { inputs, outputs },
) => {
  const [kept, dy] = inputs as readonly [Float64Array, Float64Array]
  const [dx] = outputs as readonly [Float64Array]
  const row = activations[attributes.function]
  const parameter = parameterOf(attributes)
  for (let i = 0; i < dx.length; i++) {
    const slope = row.derivative(kept[i] as number, parameter)
    // Nothing comes through where the function is flat, not even a NaN, as in PyTorch.
    dx[i] = slope === 0 ? 0 : (dy[i] as number) * slope
  }
}
