/**
 * Activation functions: y = f(x) for every value by itself, and dx = dy·f′. What backward keeps is told by the row of
 * the function (`table.ts`): its output, for all that have a derivative in terms of y.
 */

import { OpShapeError } from '../errors.ts'
import { expectSize } from '../specs.ts'
import type { ArraySpec, Attributes, Op } from '../types.ts'
import { pointwiseGradientReference, pointwiseReference } from './reference.ts'
import {
  activations,
  type Clamp,
  expectedParameter,
  isClamp,
  type PointwiseAttributes,
  parameterOf,
  parameterSchema,
} from './table.ts'

export type { PointwiseAttributes } from './table.ts'

function describe(attributes: PointwiseAttributes): string {
  const { parameter } = activations[attributes.function]
  return parameter === undefined ? attributes.function : `${attributes.function} ${parameterOf(attributes)}`
}

function checkParameter(kind: string, attributes: PointwiseAttributes): void {
  const { parameter } = activations[attributes.function]
  const received = parameterOf(attributes)
  if (parameter === undefined || parameterSchema(parameter).fits(received)) return
  throw new OpShapeError(`${kind}: ${attributes.function} cannot have this ${parameter.name}`, {
    received: String(received),
    expected: expectedParameter(parameter),
  })
}

/** [x] → [y], any shape. */
export const pointwise: Op<PointwiseAttributes> = {
  kind: 'pointwise',
  describe,
  outputs(attributes, inputs) {
    checkParameter('pointwise', attributes)
    const [x] = inputs as readonly [ArraySpec]
    return [{ shape: x.shape, dtype: 'f32' }]
  },
  inPlace: [[0, 0]],
  gradient({ attributes, inputs, outputs }, [dy], tape) {
    const [x] = inputs
    const [y] = outputs
    if (dy === undefined || x === undefined || y === undefined || !tape.wants(x)) return
    const kept = activations[attributes.function].keeps === 'output' ? y : x
    const [dx] = tape.emit(pointwiseGradient, attributes, [kept, dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: pointwiseReference,
}

/** [kept, dy] → [dx]; `kept` is y or x, as the function's row says. */
export const pointwiseGradient: Op<PointwiseAttributes> = {
  kind: 'pointwise.gradient',
  describe,
  outputs(attributes, inputs) {
    checkParameter('pointwise.gradient', attributes)
    const [kept] = inputs as readonly [ArraySpec]
    expectSize('pointwise.gradient', inputs, 1, kept.shape, 'output gradients')
    return [{ shape: kept.shape, dtype: 'f32' }]
  },
  inPlace: [[1, 0]],
  gradient: 'none',
  reference: pointwiseGradientReference,
}

/** The activation of the step `next`, where an op can apply it at its own store by cutting its results to bounds. */
export function fusedActivation(next: { readonly kind: string; readonly attributes: Attributes }): Clamp | undefined {
  if (next.kind !== pointwise.kind) return undefined
  const name = (next.attributes as PointwiseAttributes).function
  return isClamp(name) ? name : undefined
}

export const pointwiseOps = { pointwise, 'pointwise.gradient': pointwiseGradient } as const
