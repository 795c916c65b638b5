/**
 * Activation functions: y = f(x) for every value by itself, and dx = dy·f′. What backward keeps is told by the row of
 * the function (`table.ts`): its output, for all that have a derivative in terms of y.
 */

import { OpShapeError } from '../errors.ts'
import { expectSize } from '../specs.ts'
import type { ArraySpec, Attributes, Op, Tape, Value } from '../types.ts'
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
    tape.give(x, activationGradient(tape, attributes, kept, dy))
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

/** dx of an activation, a step of its own or at another op's store, from what backward keeps of it. */
export function activationGradient(tape: RuledTape, attributes: PointwiseAttributes, kept: Value, dy: Value): Value {
  const { passed, sloped } = throughRectifier(tape, attributes, dy)
  const [dx = passed] = sloped ? tape.emit(pointwiseGradient, attributes, [kept, passed]) : []
  return dx
}

type RuledTape = Pick<Tape, 'emit' | 'rectifierRule'>

/** What the tape's rule for rectifiers leaves of dy, and whether it is then multiplied by the activation's slope. */
export function throughRectifier(
  { emit, rectifierRule }: RuledTape,
  attributes: PointwiseAttributes,
  dy: Value,
): { readonly passed: Value; readonly sloped: boolean } {
  const { rectifier } = activations[attributes.function]
  const rule = rectifier === undefined ? 'gradient' : rectifierRule()
  if (rectifier === undefined || rule === 'gradient') return { passed: dy, sloped: true }
  const [passed = dy] = emit(pointwise, { ...attributes, function: rectifier }, [dy])
  return { passed, sloped: rule === 'guided' }
}

/** The activation of the step `next`, where an op can apply it at its own store by cutting its results to bounds. */
export function fusedActivation(next: { readonly kind: string; readonly attributes: Attributes }): Clamp | undefined {
  if (next.kind !== pointwise.kind) return undefined
  const name = (next.attributes as PointwiseAttributes).function
  return isClamp(name) ? name : undefined
}

export const pointwiseOps = { pointwise, 'pointwise.gradient': pointwiseGradient } as const
