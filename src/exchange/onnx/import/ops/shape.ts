/** Operators that rename, regroup or look up: they cost nothing, or are arithmetic of shapes that is known beforehand. */

import { sizeOf } from '../../../../core/shapes.ts'
import { typeName } from '../../proto/tensor.ts'
import { alongAxis, picked } from '../axis.ts'
import { type Context, numbersOf, Obstacle, scalarOf } from '../context.ts'
import { broadcast, checkSize, indexer, transposed } from '../fold.ts'
import type { Handlers } from '../handler.ts'
import { regroup, resolveShape } from '../reshape.ts'
import { axisOf, numberOf, rankOf, shapeOf } from '../shapes.ts'
import {
  type Activation,
  Batches,
  type Constant,
  constant,
  type Dimension,
  type Entry,
  lengthOf,
  storedConstant,
  type Value,
} from '../values.ts'

export const shapes: Handlers = {
  Constant(context) {
    const [[name, attribute] = ['nothing', undefined]] = [...context.node.attributes]
    switch (attribute?.kind) {
      case 'tensor':
        if ('stored' in attribute.value) return [storedConstant(attribute.value.stored)]
        throw new Obstacle('a constant in another file')
      case 'float':
      case 'int':
        return [constant([], [attribute.value], attribute.kind === 'int')]
      case 'floats':
      case 'ints':
        return [constant([attribute.value.length], attribute.value, attribute.kind === 'ints')]
      default:
        throw new Obstacle(`a constant given as ${name}`)
    }
  },

  ConstantOfShape(context) {
    const shape = numbersOf(context.constant(0, 'the sides'))
    checkSize(shape)
    const given = context.node.attributes.get('value')
    const value =
      given?.kind === 'tensor' && 'stored' in given.value ? storedConstant(given.value.stored) : constant([1], [0])
    return [constant(shape, new Array<Entry>(sizeOf(shape)).fill(value.entries()[0] ?? 0), value.isInteger)]
  },

  Range(context) {
    const [from, to, step] = [0, 1, 2].map((index) => scalarOf(context.constant(index, 'the bounds'))) as [
      number,
      number,
      number,
    ]
    const count = Math.max(0, Math.ceil((to - from) / step))
    checkSize([count])
    return [
      constant(
        [count],
        Array.from({ length: count }, (_, index) => from + index * step),
        true,
      ),
    ]
  },

  Shape(context) {
    const all = shapeOf(context.input(0))
    const at = (index: number) => Math.min(Math.max(index < 0 ? index + all.length : index, 0), all.length)
    const some = all.slice(at(context.int('start', 0)), at(context.int('end', all.length)))
    return [constant([some.length], some, true)]
  },

  Size(context) {
    return [constant([], [shapeOf(context.input(0)).reduce<Entry>(times, 1)], true)]
  },

  Cast(context) {
    const value = context.input(0)
    if (value.kind === 'activation') return [same(context, value)]
    const type = typeName(context.int('to', 1)) ?? ''
    const isInteger = /^[IUB]/.test(type) && type !== 'BF16'
    const entries = isInteger
      ? Array.from(value.entries(), (entry) => (typeof entry === 'number' ? Math.trunc(entry) : entry))
      : value.entries()
    return [constant(value.shape, entries, isInteger)]
  },
  CastLike: (context) => [same(context, context.input(0))],
  Identity: (context) => [same(context, context.input(0))],
  // At inference nothing is dropped. The mask that it may give as well is for training.
  Dropout: (context) => [same(context, context.input(0))],

  Reshape(context) {
    const value = context.input(0)
    const wanted = context.has(1) ? Array.from(context.constant(1, 'the sides').entries()) : context.ints('shape')
    if (wanted === undefined) throw new Obstacle('the new shape is missing')
    return [reshaped(context, value, wanted, context.int('allowzero', 0) !== 0)]
  },

  Flatten(context) {
    const value = context.input(0)
    const shape = shapeOf(value)
    const at = context.int('axis', 1)
    const axis = at === shape.length ? at : axisOf(at, shape.length)
    return [
      reshaped(
        context,
        value,
        [shape.slice(0, axis), shape.slice(axis)].map((part) => part.reduce<Entry>(times, 1)),
        true,
      ),
    ]
  },

  Squeeze(context) {
    const value = context.input(0)
    const shape = shapeOf(value)
    const axes =
      context.numbers(1, 'axes')?.map((axis) => axisOf(axis, shape.length)) ??
      shape.flatMap((side, axis) => (side === 1 ? [axis] : []))
    if (value.kind === 'constant')
      return [
        constant(
          value.shape.filter((_, axis) => !axes.includes(axis)),
          value.entries(),
          value.isInteger,
        ),
      ]
    if (axes.some((axis) => (value.dimensions[axis] as Dimension).length > 0))
      throw new Obstacle('squeezing a side that is not 1')
    return [
      context.made(
        value.wire,
        value.dimensions.filter((_, axis) => !axes.includes(axis)),
        value.made?.draft,
      ),
    ]
  },

  Unsqueeze(context) {
    const value = context.input(0)
    const axes = context.numbers(1, 'axes') ?? []
    const rank = rankOf(value) + axes.length
    const places = axes.map((axis) => axisOf(axis, rank)).sort((a, b) => a - b)
    if (value.kind === 'constant') {
      const shape = [...value.shape]
      for (const place of places) shape.splice(place, 0, 1)
      return [constant(shape, value.entries(), value.isInteger)]
    }
    const dimensions: Dimension[] = [...value.dimensions]
    for (const place of places) dimensions.splice(place, 0, [])
    return [context.made(value.wire, dimensions, value.made?.draft)]
  },

  Transpose(context) {
    const value = context.input(0)
    const rank = rankOf(value)
    const order = context.ints('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis)
    if (order.length !== rank || new Set(order).size !== rank || order.some((axis) => axis < 0 || axis >= rank))
      throw new Obstacle(`the order ${order.join(', ')} of ${rank} dimensions`)
    if (value.kind === 'constant') return [transposed(value, order)]
    return [
      context.made(
        value.wire,
        order.map((axis) => value.dimensions[axis] as Dimension),
        value.made?.draft,
      ),
    ]
  },

  Expand(context) {
    const value = context.input(0)
    const wanted = Array.from(context.constant(1, 'the sides').entries())
    if (value.kind === 'activation') {
      const shape = shapeOf(value)
      const offset = shape.length - wanted.length
      const isSame = wanted.every(
        (side, index) => side === 1 || equal(side, shape[offset + index], context.graph.fixedBatch),
      )
      if (offset >= 0 && isSame) return [same(context, value)]
      return [expanded(context, value, wanted)]
    }
    const numbers = wanted.map((side) => numberOf(side, 'a side'))
    const rank = Math.max(numbers.length, value.shape.length)
    const shape = Array.from({ length: rank }, (_, axis) =>
      Math.max(numbers[axis - rank + numbers.length] ?? 1, value.shape[axis - rank + value.shape.length] ?? 1),
    )
    checkSize(shape)
    const [at, entries] = [indexer(value.shape, shape), value.entries()]
    return [
      constant(
        shape,
        Array.from({ length: sizeOf(shape) }, (_, index) => entries[at(index)] as Entry),
        value.isInteger,
      ),
    ]
  },

  Tile(context) {
    const repeats = numbersOf(context.constant(1, 'the repeats'))
    const x = context.input(0)
    if (repeats.every((count) => count === 1)) return [same(context, x)]
    if (x.kind === 'constant') throw new Obstacle('a constant that is repeated')
    return [
      repeats.reduce<Activation>((value, count, axis) => {
        if (count === 1) return value
        const side = numberOf(lengthOf(value.dimensions[axis] ?? []), 'the side')
        if (!Number.isInteger(count) || count < 1 || count * side > 1 << 20)
          throw new Obstacle(`an axis that is repeated ${count} times`)
        const indices = Array.from({ length: count * side }, (_, index) => index % side)
        return alongAxis(context, value, axis, (wire) => picked(context, wire, indices))
      }, x),
    ]
  },

  Gather(context) {
    const value = context.input(0)
    const indices = context.constant(1, 'the indices')
    const axis = axisOf(context.int('axis', 0), rankOf(value))
    if (value.kind === 'activation') return [gathered(context, value, axis, indices)]
    const side = value.shape[axis] as number
    const picks = numbersOf(indices).map((index) => axisOf(index, side))
    const shape = [...value.shape.slice(0, axis), ...indices.shape, ...value.shape.slice(axis + 1)]
    checkSize(shape)
    const [inner, entries] = [sizeOf(value.shape.slice(axis + 1)), value.entries()]
    const out = Array.from({ length: sizeOf(shape) }, (_, at) => {
      const [low, rest] = [at % inner, Math.floor(at / inner)]
      return entries[
        (Math.floor(rest / picks.length) * side + (picks[rest % picks.length] as number)) * inner + low
      ] as Entry
    })
    return [constant(shape, out, value.isInteger)]
  },

  Where(context) {
    const [condition, a, b] = [0, 1, 2].map((index) => context.constant(index, 'the values')) as [
      Constant,
      Constant,
      Constant,
    ]
    const shape = broadcast(broadcast(a.shape, b.shape), condition.shape)
    const [when, yes, no] = [condition, a, b].map((value) => {
      const [at, entries] = [indexer(value.shape, shape), value.entries()]
      return (index: number) => entries[at(index)] as Entry
    }) as [(index: number) => Entry, (index: number) => Entry, (index: number) => Entry]
    const out = Array.from({ length: sizeOf(shape) }, (_, index) => (when(index) === 0 ? no(index) : yes(index)))
    return [constant(shape, out, a.isInteger)]
  },
}

function times(a: Entry, b: Entry): Entry {
  const [x, y] = [a instanceof Batches ? a.times : a, b instanceof Batches ? b.times : b]
  if (a instanceof Batches && b instanceof Batches) throw new Obstacle('the square of the batch size')
  return a instanceof Batches || b instanceof Batches ? new Batches(x * y) : x * y
}

export function equal(a: Entry, b: Entry | undefined, fixedBatch: number | undefined): boolean {
  if (a instanceof Batches) return b instanceof Batches ? a.times === b.times : false
  return b instanceof Batches ? a === (fixedBatch ?? Number.NaN) * b.times : a === b
}

/** Axes of length 1 repeated: each is given to a side of the volume that has length 1. */
function expanded(context: Context, value: Activation, wanted: readonly Entry[]): Activation {
  const missing = Math.max(0, wanted.length - value.dimensions.length)
  if (missing > 0 && value.dimensions[0]?.some(({ root }) => root === 'n'))
    throw new Obstacle('an axis before the batch')
  const start: Activation = {
    ...value,
    dimensions: [...Array.from({ length: missing }, () => []), ...value.dimensions],
  }
  const offset = start.dimensions.length - wanted.length
  return wanted.reduce<Activation>((x, side, index) => {
    const axis = offset + index
    const own = lengthOf(x.dimensions[axis] as Dimension)
    if (side === 1 || equal(side, own, context.graph.fixedBatch)) return x
    if (own !== 1) throw new Obstacle('an axis that is repeated as a whole')
    const count = numberOf(side, 'a side')
    return alongAxis(context, x, axis, (wire) =>
      picked(
        context,
        wire,
        Array.from({ length: count }, () => 0),
      ),
    )
  }, start)
}

/** The same value by another name; patterns look through it. */
function same(_context: Context, value: Value): Value {
  return value
}

function reshaped(context: Context, value: Value, wanted: readonly Entry[], allowZero: boolean): Value {
  const before = shapeOf(value)
  const shape =
    resolveShape(wanted, before, allowZero) ??
    resolveShape(
      wanted,
      before.map((side) =>
        side instanceof Batches && context.graph.fixedBatch !== undefined
          ? side.times * context.graph.fixedBatch
          : side,
      ),
      allowZero,
    )
  if (shape === undefined) throw new Obstacle(`${print(before)} values as ${print(wanted)}`)
  if (value.kind === 'constant') {
    const sides = shape.map((side) => numberOf(side, 'a side'))
    if (sizeOf(sides) !== sizeOf(value.shape)) throw new Obstacle(`${print(before)} values as ${print(wanted)}`)
    return { ...value, shape: sides }
  }
  const dimensions = regroup(value.dimensions, shape, context.graph.fixedBatch)
  if (dimensions === undefined) throw new Obstacle(`${print(before)} values as ${print(wanted)}`)
  // The layer is the same, so what follows may still complete it.
  return context.made(value.wire, dimensions, value.made?.draft)
}

function print(shape: readonly Entry[]): string {
  return `[${shape.map((side) => (side instanceof Batches ? (side.times === 1 ? 'N' : `${side.times}·N`) : side)).join(', ')}]`
}

/** Values of one axis, in any order and as often as wanted; the indices' own axes take its place. */
function gathered(context: Context, value: Activation, axis: number, indices: Constant): Value {
  const dimension = value.dimensions[axis] as Dimension
  const numbers = numbersOf(indices)
  if (dimension.length === 0 && indices.shape.length === 0)
    return context.made(
      value.wire,
      value.dimensions.filter((_, each) => each !== axis),
    )
  const side = lengthOf(dimension)
  if (side instanceof Batches) throw new Obstacle('images that are picked from the batch')
  const picks = numbers.map((index) => axisOf(index, side))
  if (picks.length === 0) throw new Obstacle('no values are picked')
  const out = alongAxis(context, value, axis, (wire) => picked(context, wire, picks))
  const split = regroup([out.dimensions[axis] as Dimension], indices.shape, undefined)
  return context.made(out.wire, [...out.dimensions.slice(0, axis), ...(split ?? []), ...out.dimensions.slice(axis + 1)])
}
