/** Computes operators whose inputs are known, above all the arithmetic of shapes. The batch size stays open. */

import { sizeOf } from '../../../core/shapes.ts'
import { Obstacle } from './context.ts'
import { Batches, type Constant, constant, type Entry } from './values.ts'

/** Shapes and small tables are folded; tensors of this many values and more are weights, and no operator makes them. */
const most = 1 << 24

const unaries: Readonly<Record<string, (x: number) => number>> = {
  Neg: (x) => -x,
  Abs: Math.abs,
  Sqrt: Math.sqrt,
  Floor: Math.floor,
  Ceil: Math.ceil,
  // To even, as IEEE 754 rounds.
  Round: (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  Exp: Math.exp,
  Log: Math.log,
  Reciprocal: (x) => 1 / x,
  Not: (x) => (x === 0 ? 1 : 0),
  Sign: Math.sign,
}

export function unary(op: string, value: Constant): Constant {
  const compute = unaries[op]
  if (compute === undefined) throw new Obstacle(`${op} of constants is not computed`)
  const entries = Array.from(value.entries(), (entry) => {
    if (typeof entry === 'number') return compute(entry)
    if (['Floor', 'Ceil', 'Round', 'Abs'].includes(op)) return entry
    throw new Obstacle(`${op} of the batch size`)
  })
  return constant(value.shape, entries, value.isInteger)
}

const truth = (holds: boolean) => (holds ? 1 : 0)
const binaries: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Mod: (a, b) => a - Math.floor(a / b) * b,
  Pow: (a, b) => a ** b,
  Max: Math.max,
  Min: Math.min,
  Equal: (a, b) => truth(a === b),
  Greater: (a, b) => truth(a > b),
  Less: (a, b) => truth(a < b),
  GreaterOrEqual: (a, b) => truth(a >= b),
  LessOrEqual: (a, b) => truth(a <= b),
  And: (a, b) => truth(a !== 0 && b !== 0),
  Or: (a, b) => truth(a !== 0 || b !== 0),
}

export function binary(op: string, a: Constant, b: Constant): Constant {
  const shape = broadcast(a.shape, b.shape)
  const isInteger = a.isInteger && b.isInteger
  const [left, right] = [a.entries(), b.entries()]
  const [first, second] = [indexer(a.shape, shape), indexer(b.shape, shape)]
  const entries = Array.from({ length: sizeOf(shape) }, (_, at) =>
    compute(op, left[first(at)] as Entry, right[second(at)] as Entry, isInteger),
  )
  return constant(shape, entries, isInteger)
}

function compute(op: string, a: Entry, b: Entry, isInteger: boolean): Entry {
  if (typeof a === 'number' && typeof b === 'number') {
    const value = (binaries[op] as (a: number, b: number) => number)(a, b)
    return op === 'Div' && isInteger ? Math.trunc(value) : value
  }
  return withBatch(op, a, b)
}

/** Products and quotients of the batch size; a comparison with −1 (an open side) fails. */
function withBatch(op: string, a: Entry, b: Entry): Entry {
  const [x, y] = [a instanceof Batches ? a.times : a, b instanceof Batches ? b.times : b]
  const both = a instanceof Batches && b instanceof Batches
  if (op === 'Mul' && !both) return x * y === 0 ? 0 : new Batches(x * y)
  if (op === 'Div' && both && x % y === 0) return x / y
  if (op === 'Div' && a instanceof Batches && x % y === 0) return new Batches(x / y)
  if (op === 'Equal') return truth(both && x === y)
  if (op === 'Add' && both) return new Batches(x + y)
  if (op === 'Add' && (x === 0 || y === 0)) return a instanceof Batches ? a : b
  if (op === 'Sub' && y === 0 && a instanceof Batches) return a
  throw new Obstacle(`${op} with the batch size`)
}

export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length)
  const shape = Array.from({ length: rank }, (_, axis) => {
    const [x, y] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1]
    if (x !== y && x !== 1 && y !== 1) throw new Obstacle(`constants of ${a.join('×')} and ${b.join('×')}`)
    return x === 1 ? y : x
  })
  checkSize(shape)
  return shape
}

/** The place in an array of `from` for a place in one of `to`, to which it is broadcast. */
export function indexer(from: readonly number[], to: readonly number[]): (at: number) => number {
  if (from.length === to.length && from.every((side, axis) => side === to[axis])) return (at) => at
  const offset = to.length - from.length
  return (at) => {
    let [rest, index, stride] = [at, 0, 1]
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const side = to[axis] as number
      const own = from[axis - offset]
      if (own !== undefined && own !== 1) index += (rest % side) * stride
      stride *= own ?? 1
      rest = Math.floor(rest / side)
    }
    return index
  }
}

/** @throws {Obstacle} a constant that would take more memory than any part of a network's arithmetic */
export function checkSize(shape: readonly number[]): void {
  const size = sizeOf(shape)
  if (shape.every((side) => Number.isInteger(side) && side >= 0) && size <= most) return
  throw new Obstacle(`a constant of ${shape.join('×')} values`)
}

/** Entries in another order of axes. */
export function transposed(value: Constant, order: readonly number[]): Constant {
  const shape = order.map((axis) => value.shape[axis] as number)
  checkSize(shape)
  const strides = value.shape.map((_, axis) => sizeOf(value.shape.slice(axis + 1)))
  const entries = value.entries()
  const out = Array.from({ length: sizeOf(shape) }, (_, at) => {
    let [rest, from] = [at, 0]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const side = shape[axis] as number
      from += (rest % side) * (strides[order[axis] as number] as number)
      rest = Math.floor(rest / side)
    }
    return entries[from] as Entry
  })
  return constant(shape, out, value.isInteger)
}
