/** Sums and products: of two activations, of an activation and a constant, of two constants (shape arithmetic). */

import type { Wire } from '../../../networkBuilder.ts'
import { type Context, filled, Obstacle, scalarOf } from '../context.ts'
import { binary, unary } from '../fold.ts'
import type { Handler, Handlers } from '../handler.ts'
import { spelledOut } from '../normalize.ts'
import { loneNumber } from '../patterns.ts'
import { recognizedProduct } from '../products.ts'
import { rankOf } from '../shapes.ts'
import { type Activation, type Constant, type Dimension, sameDimension, type Value, whole } from '../values.ts'
import { clipped } from './activation.ts'
import { added, multiplied } from './affine.ts'

type Join = (context: Context, a: Activation, b: Activation) => Activation

/** An operator of two inputs, one of which may be a constant. */
function operator(
  op: string,
  both: Join,
  withConstant: (context: Context, x: Activation, constantFirst: boolean) => Activation,
): Handler {
  return (context) => {
    const [a, b] = [context.input(0), context.input(1)]
    if (a.kind === 'constant' && b.kind === 'constant') return [binary(op, a, b)]
    if (a.kind === 'activation' && b.kind === 'activation') return [both(context, a, b)]
    return [a.kind === 'constant' ? withConstant(context, b as Activation, true) : withConstant(context, a, false)]
  }
}

function other(context: Context, constantFirst: boolean): Constant {
  const value = context.constant(constantFirst ? 0 : 1, 'the numbers')
  // Before opset 7 an attribute says at which axis of the first input the second begins.
  if (context.opset >= 7 || context.int('broadcast', 0) === 0) return value
  const rank = rankOf(context.input(0))
  const axis = context.int('axis', rank - value.shape.length)
  const behind = Math.max(0, rank - axis - value.shape.length)
  return { ...value, shape: [...value.shape, ...Array.from({ length: behind }, () => 1)] }
}

export const arithmetic: Handlers = {
  Add: operator(
    'Add',
    (context, a, b) => joined(context, 'ADD', a, b),
    (context, x, first) => added(context, x, other(context, first)),
  ),
  Sub: operator(
    'Sub',
    (context, a, b) => joined(context, 'ADD', a, negative(context, b)),
    (context, x, first) =>
      first
        ? added(context, negative(context, x), other(context, first))
        : added(context, x, unary('Neg', other(context, first))),
  ),
  Mul: operator(
    'Mul',
    (context, a, b) => pattern(context) ?? joined(context, 'MULTIPLY', a, b),
    (context, x, first) => pattern(context) ?? multiplied(context, x, other(context, first)),
  ),
  Div: operator(
    'Div',
    (context, a, b) => pattern(context) ?? joined(context, 'MULTIPLY', a, inverse(context, b)),
    (context, x, first) => {
      if (first) return multiplied(context, inverse(context, x), other(context, first))
      return pattern(context) ?? multiplied(context, x, other(context, first), -1)
    },
  ),
  Max: (context) => [extreme(context, 'Max')],
  Min: (context) => [extreme(context, 'Min')],
  Sum: (context) => [context.inputs.map((_, index) => context.input(index)).reduce((a, b) => sum(context, a, b))],
  Mean(context) {
    const values = context.inputs.map((_, index) => context.input(index))
    const total = values.reduce((a, b) => sum(context, a, b))
    if (total.kind === 'constant') throw new Obstacle('a mean of constants')
    const wire = context.layer('SCALE', { number: 1 / values.length }, [total.wire])
    return [context.made(values.length === 1 ? total.wire : wire, total.dimensions)]
  },
  Neg: (context) => {
    const value = context.input(0)
    return [value.kind === 'constant' ? unary('Neg', value) : negative(context, value)]
  },
  Abs: (context) => {
    const value = context.input(0)
    if (value.kind === 'constant') return [unary('Abs', value)]
    return [larger(context, value, negative(context, value))]
  },
  Pow(context) {
    const [a, b] = [context.input(0), context.input(1)]
    if (a.kind === 'constant' && b.kind === 'constant') return [binary('Pow', a, b)]
    if (b.kind !== 'constant') {
      const base = a.kind === 'constant' ? loneNumber(a) : undefined
      if (base === undefined) throw new Obstacle('an exponent that is computed from the image')
      if (base <= 0) throw new Obstacle(`powers of ${base}`)
      const scaled = context.layer('SCALE', { number: Math.log(base) }, [b.wire])
      return [context.made(context.layer('EXP', {}, [scaled]), b.dimensions)]
    }
    return [power(context, a as Activation, scalarOf(b))]
  },
  ...Object.fromEntries(
    ['Floor', 'Ceil', 'Round', 'Erf', 'Not', 'Sign'].map((op) => [
      op,
      (context: Context) => [constantOnly(context, op)],
    ]),
  ),
  ...Object.fromEntries(
    ['Mod', 'Equal', 'Greater', 'Less', 'GreaterOrEqual', 'LessOrEqual', 'And', 'Or'].map((op) => [
      op,
      (context: Context) => [binary(op, context.constant(0, 'the numbers'), context.constant(1, 'the numbers'))],
    ]),
  ),
}

function constantOnly(context: Context, op: string): Value {
  const value = context.input(0)
  if (value.kind === 'constant') return unary(op, value)
  // Part of a longer pattern, perhaps: what needs its values themselves is refused there.
  throw new Obstacle('no layer computes it')
}

function sum(context: Context, a: Value, b: Value): Value {
  if (a.kind === 'constant') return b.kind === 'constant' ? binary('Add', a, b) : added(context, b, a)
  return b.kind === 'constant' ? added(context, a, b) : joined(context, 'ADD', a, b)
}

/** Whole and half powers, of products, roots and quotients. */
function power(context: Context, x: Activation, exponent: number): Activation {
  if (exponent < 0) return inverse(context, power(context, x, -exponent))
  if (exponent === 0.5) return context.made(context.layer('SQRT', {}, [x.wire]), x.dimensions)
  if (exponent === 1) return context.made(x.wire, x.dimensions)
  if (!Number.isInteger(exponent) || exponent < 1 || exponent > 64) throw new Obstacle(`the power ${exponent}`)
  const half = power(context, x, exponent >> 1)
  const square = joined(context, 'MULTIPLY', half, half)
  return exponent % 2 === 0 ? square : joined(context, 'MULTIPLY', square, x)
}

function inverse(context: Context, x: Activation): Activation {
  return context.made(context.layer('RECIPROCAL', {}, [x.wire]), x.dimensions)
}

function negative(context: Context, x: Activation): Activation {
  return context.made(context.layer('SCALE', { number: -1 }, [x.wire]), x.dimensions)
}

/** Two activations in one arrangement, the smaller one repeated where it has one row, column or channel. */
export function joined(context: Context, word: string, a: Activation, b: Activation): Activation {
  const rank = Math.max(a.dimensions.length, b.dimensions.length)
  const [first, second] = [padded(a, rank), padded(b, rank)]
  if (
    first.dimensions.every((dimension, axis) => sameDimension(dimension, second.dimensions[axis] as Dimension)) &&
    sameVolume(a.wire, b.wire)
  )
    return context.made(context.layer(word, {}, [a.wire, b.wire]), first.dimensions)
  const [one, two] = [asMap(context, first), asMap(context, second)]
  const [height, width, channels] = (['height', 'width', 'channels'] as const).map((side) =>
    Math.max(one.wire.volume[side], two.wire.volume[side]),
  ) as [number, number, number]
  const grow = (wire: Wire) => repeated(context, wire, { height, width, channels })
  if (word === 'MULTIPLY') {
    // A factor for each channel needs no copies of itself.
    const isGate = ({ volume }: Wire) => volume.height * volume.width === 1 && volume.channels === channels
    const [big, small] = isGate(one.wire) ? [two.wire, one.wire] : [one.wire, two.wire]
    if (isGate(small)) return context.made(context.layer(word, {}, [grow(big), small]), largerOf(one, two))
  }
  return context.made(context.layer(word, {}, [grow(one.wire), grow(two.wire)]), largerOf(one, two))
}

function sameVolume(a: Wire, b: Wire): boolean {
  return (['height', 'width', 'channels'] as const).every((side) => a.volume[side] === b.volume[side])
}

interface MapValue {
  readonly wire: Wire
  readonly order: 'chw' | 'hwc'
  readonly rank: number
}

function padded(x: Activation, rank: number): Activation {
  const missing = rank - x.dimensions.length
  if (missing === 0) return x
  throw new Obstacle(`values of ${x.dimensions.length} and of ${rank} dimensions`)
}

function asMap(context: Context, x: Activation): MapValue {
  const { dimensions } = x
  const rank = dimensions.length
  if (rank === 2) return { wire: context.flat(x), order: 'chw', rank }
  const isHwc =
    rank === 4 &&
    dimensions[3]?.some(({ root }) => root === 'c') === true &&
    (dimensions[1]?.every(({ root }) => root === 'h') ?? true)
  if (!isHwc) return { wire: context.map(x), order: 'chw', rank }
  const [n = [], h = [], w = [], c = []] = dimensions
  return { wire: context.map({ ...x, dimensions: [n, c, h, w] }), order: 'hwc', rank }
}

/** Dimensions of a value with the larger sides of both. */
function largerOf(a: MapValue, b: MapValue): readonly Dimension[] {
  if (
    a.order !== b.order &&
    a.wire.volume.height * a.wire.volume.width > 1 &&
    b.wire.volume.height * b.wire.volume.width > 1
  )
    throw new Obstacle('values in different arrangements')
  const side = (name: 'height' | 'width' | 'channels') => Math.max(a.wire.volume[name], b.wire.volume[name])
  const n: Dimension = [{ root: 'n', size: 0, stride: 0 }]
  const [c, h, w] = [whole('c', side('channels')), whole('h', side('height')), whole('w', side('width'))]
  if (a.rank === 2) return [n, c]
  if (a.rank === 3) return [n, c, w]
  const order = a.wire.volume.height * a.wire.volume.width > 1 ? a.order : b.order
  return order === 'hwc' ? [n, h, w, c] : [n, c, h, w]
}

function repeated(context: Context, wire: Wire, { height, width, channels }: Wire['volume']): Wire {
  let out = wire
  const { volume } = wire
  const fits = (own: number, wanted: number) => own === wanted || own === 1
  if (!fits(volume.height, height) || !fits(volume.width, width) || !fits(volume.channels, channels))
    throw new Obstacle(
      `volumes of ${volume.height}×${volume.width}×${volume.channels} and ${height}×${width}×${channels}`,
    )
  if (volume.channels !== channels)
    out = context.layer('CONV', { size: [1], count: channels, flags: ['nobias'] }, [out], {
      filters: filled([1, 1, 1, channels], 1),
    })
  if (volume.height !== height || volume.width !== width)
    out = context.layer('UPSAMPLE', { options: { to: [height, width] } }, [out])
  return out
}

/** A function that is written as a product, or a normalization that ends in one. */
function pattern(context: Context): Activation | undefined {
  const found = recognizedProduct({ node: context.node, inputs: context.inputs })
  if (found === undefined) return spelledOut(context)
  return context.made(context.layer(found.word, found.parts, [found.x.wire]), found.x.dimensions)
}

/** Of two or more: the pairwise larger as MAXOUT over neighboring channels; a bound that is one number is a clip. */
function extreme(context: Context, op: 'Max' | 'Min'): Value {
  return context.inputs
    .map((_, index) => context.input(index))
    .reduce((a, b) => {
      if (a.kind === 'constant' && b.kind === 'constant') return binary(op, a, b)
      if (a.kind === 'activation' && b.kind === 'activation') {
        if (op === 'Max') return larger(context, a, b)
        return negative(context, larger(context, negative(context, a), negative(context, b)))
      }
      const [x, bound] = a.kind === 'activation' ? [a, b] : [b as Activation, a]
      const number = loneNumber(bound)
      if (number === undefined) return bounded(context, op, x, bound as Constant)
      const [low, high] = op === 'Max' ? [number, Number.POSITIVE_INFINITY] : [Number.NEGATIVE_INFINITY, number]
      return context.made(clipped(context, x.wire, low, high), x.dimensions)
    })
}

/** max(x, c) = relu(x − c) + c, and min(x, c) = c − relu(c − x), with a bound for each value. */
function bounded(context: Context, op: 'Max' | 'Min', x: Activation, bound: Constant): Activation {
  const less = (value: Activation) => added(context, value, unary('Neg', bound))
  const relu = (value: Activation) => context.made(context.layer('RELU', {}, [value.wire]), value.dimensions)
  if (op === 'Max') return added(context, relu(less(x)), bound)
  return added(context, negative(context, relu(negative(context, less(x)))), bound)
}

function larger(context: Context, a: Activation, b: Activation): Activation {
  const pairs = joined(context, 'CONCAT', a, b)
  const taken = context.layer('SHUFFLE', { options: { g: [2] } }, [pairs.wire])
  return context.made(context.layer('MAXOUT', { size: [2] }, [taken]), a.dimensions)
}
