/**
 * Activation functions that exporters write as products: x·σ(x), x·clip(x + 3, 0, 6)/6, x/2·(1 + erf(x/√2)), with their
 * factors in any order and grouping. A product is multiplied out into numbers and factors, and these are compared with what
 * each function is.
 */

import type { WordParts } from '../../../layers/types.ts'
import { clippedShift, hardSigmoidOf, isActivation, loneNumber, madeBy, near, withNumber } from './patterns.ts'
import type { Activation, Made, Value } from './values.ts'

/** number · factors[0] · factors[1] … */
interface Product {
  readonly number: number
  readonly factors: readonly Activation[]
}

export interface Recognized {
  readonly x: Activation
  readonly word: string
  readonly parts: WordParts
}

/** How many products within products are multiplied out: exporters need three. */
const deepest = 3

/** The function that a Mul or Div computes, if it is one of ours. */
export function recognizedProduct(made: Made): Recognized | undefined {
  for (const product of productsOf(made, deepest)) {
    const found = functionOf(product)
    if (found !== undefined) return found
  }
  return undefined
}

/** Ways to read an operator as a product: with its inputs as they are, and with those multiplied out. */
function productsOf({ node, inputs }: Made, depth: number): readonly Product[] {
  const [a, b] = inputs
  if (node.op === 'Div') {
    const by = loneNumber(b)
    return by === undefined || by === 0 || !isActivation(a)
      ? []
      : expanded(a, depth).map(({ number, factors }) => ({ number: number / by, factors }))
  }
  return expanded(a, depth).flatMap((left) =>
    expanded(b, depth).map((right) => ({
      number: left.number * right.number,
      factors: [...left.factors, ...right.factors],
    })),
  )
}

function expanded(value: Value | undefined, depth: number): readonly Product[] {
  const number = loneNumber(value)
  if (number !== undefined) return [{ number, factors: [] }]
  if (!isActivation(value)) return []
  const itself = { number: 1, factors: [value] }
  const made = depth > 0 ? madeBy(value, 'Mul', 'Div') : undefined
  // More than two factors are none of our functions.
  return made === undefined
    ? [itself]
    : [itself, ...productsOf(made, depth - 1).filter(({ factors }) => factors.length <= 2)]
}

function functionOf({ number, factors }: Product): Recognized | undefined {
  const [a, b, ...others] = factors
  if (a === undefined || others.length > 0) return undefined
  if (b === undefined) {
    const x = near(number, 1 / 6) ? clippedShift(a) : undefined
    return x && { x, word: 'HARDSIGMOID', parts: {} }
  }
  return gated(number, a, b) ?? gated(number, b, a)
}

/** number · x · by */
function gated(number: number, x: Activation, by: Activation): Recognized | undefined {
  const is = (word: string, parts: WordParts = {}): Recognized => ({ x, word, parts })
  if (near(number, 1 / 6) && clippedShift(by) === x) return is('HARDSWISH')
  if (near(number, 0.5)) {
    const one = withNumber(madeBy(by, 'Add'))
    if (one?.number !== 1) return undefined
    const erf = madeBy(one.x, 'Erf')
    if (erf !== undefined && isScaled(erf.inputs[0], x, Math.SQRT1_2)) return is('GELU')
    const tanh = madeBy(one.x, 'Tanh')
    return tanh !== undefined && isTanhArgument(tanh.inputs[0], x)
      ? is('GELU', { values: { approx: 'tanh' } })
      : undefined
  }
  if (!near(number, 1)) return undefined
  const sigmoid = madeBy(by, 'Sigmoid')?.inputs[0]
  if (sigmoid !== undefined) {
    if (sigmoid === x) return is('SILU')
    const slope = withNumber(madeBy(sigmoid, 'Mul'))
    if (slope?.x === x && slope.number >= 1e-6) return is('SILU', { number: slope.number })
  }
  if (hardSigmoidOf(by) === x) return is('HARDSWISH')
  const softplus = madeBy(madeBy(by, 'Tanh')?.inputs[0], 'Softplus')
  return softplus?.inputs[0] === x ? is('MISH') : undefined
}

/** Exporters write √2 and √(2/π) with 4 digits at least. */
const roughly = (a: number, b: number) => Math.abs(a - b) <= 1e-4 * Math.abs(b)

/** Whether the value is x · by. */
function isScaled(value: Value | undefined, x: Activation, by: number): boolean {
  const mul = withNumber(madeBy(value, 'Mul'))
  if (mul?.x === x) return roughly(mul.number, by)
  const div = madeBy(value, 'Div')
  const divisor = loneNumber(div?.inputs[1])
  return div?.inputs[0] === x && divisor !== undefined && roughly(1 / divisor, by)
}

/** √(2/π)·(x + 0.044715·x³) */
function isTanhArgument(value: Value | undefined, x: Activation): boolean {
  const scaled = withNumber(madeBy(value, 'Mul'))
  if (scaled === undefined || !roughly(scaled.number, Math.sqrt(2 / Math.PI))) return false
  const terms = madeBy(scaled.x, 'Add')?.inputs ?? []
  if (!terms.includes(x)) return false
  return terms.some((term) => {
    const made = madeBy(term, 'Mul')
    return made !== undefined && productsOf(made, deepest).some((product) => isCubic(product, x))
  })
}

function isCubic({ number, factors }: Product, x: Activation): boolean {
  if (!roughly(number, 0.044715)) return false
  const [first, ...others] = factors
  const power = first === undefined ? undefined : madeBy(first, 'Pow')
  if (others.length === 0) return power?.inputs[0] === x && loneNumber(power.inputs[1]) === 3
  const square = factors.find((factor) => factor !== x)
  const squared = madeBy(square, 'Mul', 'Pow')
  return factors.length === 2 && factors.includes(x) && squared?.inputs[0] === x && isSquare(squared)
}

/** Whether the operator is x·x or x². */
export function isSquare({ node, inputs }: Made): boolean {
  return node.op === 'Mul' ? inputs[0] === inputs[1] : node.op === 'Pow' && loneNumber(inputs[1]) === 2
}
