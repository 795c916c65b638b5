/** Concat, Split and Slice: along the channels, or of shapes. Cutting rows and columns is CROP; every second one, a POOL1. */

import { sizeOf } from '../../../../core/shapes.ts'
import type { LayerDraft, Wire } from '../../../networkBuilder.ts'
import { alongAxis, joinedAlong, picked } from '../axis.ts'
import { type Context, numbersOf, Obstacle } from '../context.ts'
import { checkSize } from '../fold.ts'
import type { Handlers } from '../handler.ts'
import { axisOf, numberOf, rankOf, shapeOf } from '../shapes.ts'
import {
  type Activation,
  Batches,
  type Constant,
  constant,
  type Dimension,
  type Entry,
  lengthOf,
  sameDimension,
  type Value,
  whole,
} from '../values.ts'

export const channels: Handlers = {
  Concat(context) {
    const values = context.inputs.map((_, index) => context.input(index))
    const axis = axisOf(context.int('axis', 1), rankOf(values[0] as Value))
    if (values.every((value) => value.kind === 'constant')) return [concatenated(values as Constant[], axis)]
    if (values.some((value) => value.kind === 'constant'))
      throw new Obstacle('constants beside values that are computed from the image')
    const activations = values as Activation[]
    if (activations.length === 1) return [activations[0] as Activation]
    const [first] = activations as [Activation, ...Activation[]]
    const isChannels = activations.every((value) =>
      sameDimension(value.dimensions[axis] ?? [], whole('c', value.wire.volume.channels)),
    )
    if (isChannels) {
      const wire = context.layer(
        'CONCAT',
        {},
        activations.map((value) => value.wire),
      )
      return [context.made(wire, first.dimensions.with(axis, whole('c', wire.volume.channels)))]
    }
    // Flattened values: as channels of one position.
    if (first.dimensions.length === 2 && axis === 1) {
      const wire = context.layer(
        'CONCAT',
        {},
        activations.map((value) => context.flat(value)),
      )
      return [context.made(wire, [first.dimensions[0] as Dimension, whole('c', wire.volume.channels)])]
    }
    return [joinedAlong(context, activations, axis)]
  },

  Split(context) {
    const value = context.input(0)
    const axis = axisOf(context.int('axis', 0), rankOf(value))
    const side = numberOf(shapeOf(value)[axis], 'the axis')
    const count = context.node.outputs.length
    const even = Math.ceil(side / count)
    const sizes =
      context.numbers(1, 'split') ?? Array.from({ length: count }, (_, index) => Math.min(even, side - index * even))
    if (sizes.length !== count || sizes.reduce((a, b) => a + b, 0) !== side)
      throw new Obstacle(`parts of ${sizes.join(', ')} of ${side}`)
    let from = 0
    return sizes.map((size) => {
      const start = from
      from += size
      return cut(context, value, [{ axis, from: start, to: start + size, step: 1 }])
    })
  },

  Slice(context) {
    const value = context.input(0)
    const shape = shapeOf(value)
    const [starts, ends] = [context.numbers(1, 'starts'), context.numbers(2, 'ends')]
    if (starts === undefined || ends === undefined) throw new Obstacle('where it starts and ends is missing')
    const axes = context.numbers(3, 'axes') ?? starts.map((_, index) => index)
    const steps = context.has(4) ? numbersOf(context.constant(4, 'the steps')) : starts.map(() => 1)
    const cuts = axes.map((given, index) => {
      const axis = axisOf(given, shape.length)
      const step = steps[index] ?? 1
      const side = shape[axis]
      if (side instanceof Batches) {
        if (starts[index] === 0 && (ends[index] as number) >= 2 ** 31 - 1 && step === 1)
          return { axis, from: 0, to: 0, step: 1, all: true }
        throw new Obstacle('a part of the batch')
      }
      const length = side as number
      const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + length : at, low), high)
      if (step > 0)
        return {
          axis,
          from: clamp(starts[index] as number, 0, length),
          to: clamp(ends[index] as number, 0, length),
          step,
        }
      return {
        axis,
        from: clamp(starts[index] as number, -1, length - 1),
        to: clamp(ends[index] as number, -1, length - 1),
        step,
      }
    })
    return [
      cut(
        context,
        value,
        cuts.filter((each) => !('all' in each)),
      ),
    ]
  },
}

interface Cut {
  readonly axis: number
  readonly from: number
  /** Behind the last. */
  readonly to: number
  readonly step: number
}

function cut(context: Context, value: Value, cuts: readonly Cut[]): Value {
  return cuts.reduce(
    (rest, each) => (rest.kind === 'constant' ? cutConstant(rest, each) : cutActivation(context, rest, each)),
    value,
  )
}

function cutConstant(value: Constant, { axis, from, to, step }: Cut): Constant {
  const count = Math.max(0, Math.ceil((to - from) / step))
  const shape = value.shape.with(axis, count)
  const [inner, side, entries] = [sizeOf(value.shape.slice(axis + 1)), value.shape[axis] as number, value.entries()]
  const out = Array.from({ length: sizeOf(shape) }, (_, at) => {
    const [low, rest] = [at % inner, Math.floor(at / inner)]
    return entries[(Math.floor(rest / count) * side + from + (rest % count) * step) * inner + low] as Entry
  })
  return constant(shape, out, value.isInteger)
}

function cutActivation(context: Context, value: Activation, { axis, from, to, step }: Cut): Activation {
  const dimension = value.dimensions[axis] as Dimension
  const side = lengthOf(dimension)
  if (side instanceof Batches) throw new Obstacle('a part of the batch')
  if (step < 1) return stepped(context, value, axis, { from, to, step })
  if (from === 0 && to >= side && step === 1) return value
  if (to <= from) throw new Obstacle('an empty slice')
  const [piece] = dimension
  const { wire } = value
  const { height, width, channels } = wire.volume
  const isWhole = (root: 'h' | 'w' | 'c', size: number) =>
    sameDimension(dimension, whole(root, size)) && piece?.root === root
  if (isWhole('c', channels)) {
    if (step !== 1) return stepped(context, value, axis, { from, to, step })
    const out = context.layer('SLICE', { count: to - from, options: { from: [from] } }, [wire])
    return context.made(out, value.dimensions.with(axis, whole('c', to - from)))
  }
  if (isWhole('h', height)) return cutSide(context, value, axis, 'h', { from, to, step, side: height })
  if (isWhole('w', width)) return cutSide(context, value, axis, 'w', { from, to, step, side: width })
  // Values that were flattened become channels.
  const isFlat = value.dimensions.length === 2 && axis === 1
  if (!isFlat) throw new Obstacle('a slice of several axes together')
  const flat = context.flat(value)
  const out = context.layer('SLICE', { count: to - from, options: { from: [from] } }, [flat])
  return context.made(out, [value.dimensions[0] as Dimension, whole('c', to - from)])
}

/** Every n-th value of an axis, or its values backwards. */
function stepped(
  context: Context,
  value: Activation,
  axis: number,
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
): Activation {
  const count = Math.max(0, Math.ceil((to - from) / step))
  if (count === 0) throw new Obstacle('an empty slice')
  const indices = Array.from({ length: count }, (_, index) => from + index * step)
  return alongAxis(context, value, axis, (wire) => picked(context, wire, indices))
}

function cutSide(
  context: Context,
  value: Activation,
  axis: number,
  root: 'h' | 'w',
  {
    from,
    to,
    step,
    side,
  }: { readonly from: number; readonly to: number; readonly step: number; readonly side: number },
): Activation {
  const count = Math.ceil((to - from) / step)
  // The last row that is kept ends the crop, unless strides reach no further anyway.
  const after = Math.ceil((side - from) / step) === count ? 0 : side - from - (count - 1) * step - 1
  const cutOff = root === 'h' ? [from, 0, after, 0] : [0, from, 0, after]
  const isCut = (step === 1 && to < side) || from + after > 0
  if (step === 1) cutOff[root === 'h' ? 2 : 3] = side - to
  const wire = isCut ? context.layer('CROP', { options: { p: cutOff } }, [value.wire]) : value.wire
  const dimensions = value.dimensions.with(axis, whole(root, count))
  if (step === 1) return context.made(wire, dimensions)
  const strides: [number, number] = root === 'h' ? [step, 1] : [1, step]
  const draft = everyNth(isCut ? undefined : value.made?.draft, strides) ?? everyNthOf(wire, strides)
  return context.made(context.add(draft), dimensions, draft)
}

function everyNthOf(wire: Wire, strides: readonly [number, number]): LayerDraft {
  return { word: 'POOL', parts: { size: [1], options: { s: [...strides] } }, inputs: [wire] }
}

/** Every n-th column of every n-th row, as one layer. */
function everyNth(before: LayerDraft | undefined, [rows, columns]: readonly [number, number]): LayerDraft | undefined {
  if (before?.word !== 'POOL' || before.parts?.size?.length !== 1 || before.parts.size[0] !== 1) return undefined
  const [down = 1, across = 1] = before.parts.options?.s ?? []
  return everyNthOf(before.inputs[0] as Wire, [down * rows, across * columns])
}

function concatenated(values: readonly Constant[], axis: number): Constant {
  const [first] = values as [Constant, ...Constant[]]
  const shape = first.shape.with(
    axis,
    values.reduce((sum, { shape: each }) => sum + (each[axis] as number), 0),
  )
  checkSize(shape)
  const outer = sizeOf(shape.slice(0, axis))
  const entries: Entry[] = []
  const parts = values.map((value) => ({ count: sizeOf(value.shape.slice(axis)), entries: value.entries() }))
  for (let row = 0; row < outer; row++)
    for (const { count, entries: own } of parts)
      for (let i = 0; i < count; i++) entries.push(own[row * count + i] as Entry)
  return constant(
    shape,
    entries,
    values.every(({ isInteger }) => isInteger),
  )
}
