/** The update rules in float64, value by value, as op.ts writes them down. */

import { scalarSlots } from '../scalars.ts'
import type { ReferenceData, ReferenceKernel } from '../types.ts'
import type {
  AdagradAttributes,
  AdamAttributes,
  OptimizerAttributes,
  RmspropAttributes,
  SgdAttributes,
} from './attributes.ts'

/**
 * Calls `rule` for each value with its scaled gradient, parameter and state, and stores what it returns: how far the
 * parameter moves down for a learning rate of 1, and the new state. Skipped updates leave everything as it is.
 */
export function forEachValue(
  { weightDecay }: OptimizerAttributes,
  { inputs, updates }: ReferenceData,
  rule: (g: number, p: number, state: readonly number[], scalars: Float64Array) => readonly [number, ...number[]],
): void {
  const [gradient, scalars] = inputs as readonly [Float64Array, Float64Array]
  const [parameter, ...states] = updates as readonly [Float64Array, ...Float64Array[]]
  const rate = scalars[scalarSlots.learningRate] as number
  const scale = scalars[scalarSlots.gradientScale] as number
  if (isSkipped(scalars)) return
  for (let i = 0; i < parameter.length; i++) {
    const p = parameter[i] as number
    const g = scale * (gradient[i] as number) + weightDecay * p
    const old = states.map((state) => state[i] as number)
    const [move, ...fresh] = rule(g, p, old, scalars)
    parameter[i] = p - rate * move
    states.forEach((state, s) => {
      state[i] = fresh[s] as number
    })
  }
}

/** Whether an update is to leave everything as it is: the loss or a gradient is not finite, or the weights do not learn now. */
export function isSkipped(scalars: Float64Array): boolean {
  return scalars[scalarSlots.gradientScale] === 0 || scalars[scalarSlots.paused] !== 0
}

/** inputs [gradient, scalars], updates [parameter, velocity?] */
export const sgdReference: ReferenceKernel<SgdAttributes> = ({ attributes }, data) => {
  const { momentum, nesterov } = attributes
  forEachValue(attributes, data, (g, _p, [velocity = 0]) => {
    const v = momentum * velocity + g
    return [nesterov ? g + momentum * v : v, v]
  })
}

/** inputs [gradient, scalars], updates [parameter, squares] */
export const adagradReference: ReferenceKernel<AdagradAttributes> = ({ attributes }, data) => {
  forEachValue(attributes, data, (g, _p, [squares = 0]) => {
    const s = squares + g * g
    return [g / (Math.sqrt(s) + attributes.epsilon), s]
  })
}

/** inputs [gradient, scalars], updates [parameter, squares, velocity?] */
export const rmspropReference: ReferenceKernel<RmspropAttributes> = ({ attributes }, data) => {
  const { smoothing, epsilon, momentum } = attributes
  forEachValue(attributes, data, (g, _p, [squares = 0, velocity = 0]) => {
    const s = smoothing * squares + (1 - smoothing) * g * g
    const v = momentum * velocity + g / (Math.sqrt(s) + epsilon)
    return [v, s, v]
  })
}

/** inputs [gradient, scalars], updates [parameter, mean, squares] */
export const adamReference: ReferenceKernel<AdamAttributes> = ({ attributes }, data) => {
  const { weightDecay, beta1, beta2, epsilon, decoupled } = attributes
  const coupled = decoupled ? { ...attributes, weightDecay: 0 } : attributes
  forEachValue(coupled, data, (g, p, [mean = 0, squares = 0], scalars) => {
    const m = beta1 * mean + (1 - beta1) * g
    const s = beta2 * squares + (1 - beta2) * g * g
    const unbiasedMean = m / (scalars[scalarSlots.biasCorrection1] as number)
    const unbiasedSquares = s / (scalars[scalarSlots.biasCorrection2] as number)
    const move = unbiasedMean / (Math.sqrt(unbiasedSquares) + epsilon)
    return [decoupled ? move + weightDecay * p : move, m, s]
  })
}
