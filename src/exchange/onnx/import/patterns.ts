/** Functions that exporters write as several operators, recognized from the operators that made a value. */

import type { Activation, Made, Value } from './values.ts'

/** The value's operator, if it is one of these. */
export function madeBy(value: Value | undefined, ...ops: readonly string[]): Made | undefined {
  if (value?.kind !== 'activation' || value.made === undefined) return undefined
  return ops.includes(value.made.node.op) ? value.made : undefined
}

export function isActivation(value: Value | undefined): value is Activation {
  return value?.kind === 'activation'
}

/** The number of a constant that holds one. */
export function loneNumber(value: Value | undefined): number | undefined {
  if (value?.kind !== 'constant') return undefined
  const entries = value.entries()
  const [first] = [entries[0]]
  return entries.length === 1 && typeof first === 'number' ? first : undefined
}

/** x and the number of x + number, x · number, in either order. */
export function withNumber(made: Made | undefined): { readonly x: Activation; readonly number: number } | undefined {
  const [a, b] = made?.inputs ?? []
  const [of, by] = isActivation(a) ? [a, loneNumber(b)] : [b, loneNumber(a)]
  return isActivation(of) && by !== undefined ? { x: of, number: by } : undefined
}

/** Bounds of a Clip, in all its forms. */
export function clipBounds(made: Made): { readonly low: number; readonly high: number } | undefined {
  const { node, inputs } = made
  if (node.op === 'Relu') return { low: 0, high: Number.POSITIVE_INFINITY }
  const bound = (index: number, name: string, none: number) => {
    if (inputs[index] !== undefined) return loneNumber(inputs[index])
    const attribute = node.attributes.get(name)
    return attribute?.kind === 'float' ? attribute.value : none
  }
  const [low, high] = [bound(1, 'min', Number.NEGATIVE_INFINITY), bound(2, 'max', Number.POSITIVE_INFINITY)]
  return low === undefined || high === undefined ? undefined : { low, high }
}

/** x of hard-sigmoid(x) = clip(x + 3, 0, 6)/6, written as one operator or as several. */
export function hardSigmoidOf(value: Value | undefined): Activation | undefined {
  const whole = madeBy(value, 'HardSigmoid')
  if (whole !== undefined) {
    const { alpha, beta } = hardSigmoidSlope(whole)
    return near(alpha, 1 / 6) && near(beta, 0.5) && isActivation(whole.inputs[0]) ? whole.inputs[0] : undefined
  }
  const divided = madeBy(value, 'Div')
  const scaled = withNumber(divided ?? madeBy(value, 'Mul'))
  if (scaled === undefined || !near(scaled.number, divided === undefined ? 1 / 6 : 6)) return undefined
  return clippedShift(scaled.x)
}

/** x of clip(x + 3, 0, 6). */
export function clippedShift(value: Value | undefined): Activation | undefined {
  const clip = madeBy(value, 'Clip')
  const bounds = clip && clipBounds(clip)
  if (bounds?.low !== 0 || bounds.high !== 6) return undefined
  const shift = withNumber(madeBy(clip?.inputs[0], 'Add'))
  return shift?.number === 3 ? shift.x : undefined
}

export function hardSigmoidSlope({ node }: Made): { readonly alpha: number; readonly beta: number } {
  const float = (name: string, usual: number) => {
    const attribute = node.attributes.get(name)
    return attribute?.kind === 'float' ? attribute.value : usual
  }
  return { alpha: float('alpha', 0.2), beta: float('beta', 0.5) }
}

/** Equal to the precision of float32. */
export function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b))
}
