/** Means, maxima, sums and norms over axes: global pooling by another name, or arithmetic of shapes. */

import { sizeOf } from '../../../../core/shapes.ts'
import type { Wire } from '../../../networkBuilder.ts'
import { type Context, filled, Obstacle } from '../context.ts'
import type { Handler, Handlers } from '../handler.ts'
import { axisOf, rankOf } from '../shapes.ts'
import {
  type Activation,
  Batches,
  type Constant,
  constant,
  type Dimension,
  type Entry,
  sameDimension,
  whole,
} from '../values.ts'

interface Reduction {
  /** Over rows and columns, and over whole maps. */
  readonly pool: string
  readonly global?: string
  /** Of the result over `count` values. */
  readonly finish?: (context: Context, wire: Wire, count: number) => Wire
  /** Before. */
  readonly start?: (context: Context, wire: Wire) => Wire
  readonly overChannels: (context: Context, wire: Wire) => Wire
  readonly fold: (values: readonly number[]) => number
}

const scale = (context: Context, wire: Wire, number: number) =>
  number === 1 ? wire : context.layer('SCALE', { number }, [wire])
const weighted = (weight: (channels: number) => number) => (context: Context, wire: Wire) => {
  const { channels } = wire.volume
  return context.layer('CONV', { size: [1], count: 1, flags: ['nobias'] }, [wire], {
    filters: filled([1, 1, channels, 1], weight(channels)),
  })
}
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const maxout = (context: Context, wire: Wire) => context.layer('MAXOUT', { size: [wire.volume.channels] }, [wire])
const absolute = (context: Context, wire: Wire) =>
  context.layer('ADD', {}, [context.layer('RELU', {}, [wire]), context.layer('RELU', {}, [negative(context, wire)])])
const squared = (context: Context, wire: Wire) => context.layer('MULTIPLY', {}, [wire, wire])
const negative = (context: Context, wire: Wire) => scale(context, wire, -1)

const sum: Reduction = {
  pool: 'AVGPOOL',
  global: 'GAP',
  finish: scale,
  overChannels: weighted(() => 1),
  fold: total,
}

const reductionsByName: Readonly<Record<string, Reduction>> = {
  ReduceMean: {
    pool: 'AVGPOOL',
    global: 'GAP',
    overChannels: weighted((channels) => 1 / channels),
    fold: (values) => total(values) / values.length,
  },
  ReduceMax: { pool: 'POOL', global: 'GMP', overChannels: maxout, fold: (values) => Math.max(...values) },
  ReduceMin: {
    pool: 'POOL',
    global: 'GMP',
    start: negative,
    finish: (context, wire) => negative(context, wire),
    overChannels: maxout,
    fold: (values) => Math.min(...values),
  },
  ReduceSum: sum,
  ReduceL1: { ...sum, start: absolute, fold: (values) => total(values.map(Math.abs)) },
  ReduceL2: {
    ...sum,
    start: squared,
    finish: (context, wire, count) => context.layer('SQRT', {}, [scale(context, wire, count)]),
    fold: (values) => Math.hypot(...values),
  },
  ReduceLogSum: {
    ...sum,
    finish: (context, wire, count) => context.layer('LOG', {}, [scale(context, wire, count)]),
    fold: (values) => Math.log(total(values)),
  },
  ReduceLogSumExp: {
    ...sum,
    start: (context, wire) => context.layer('EXP', {}, [wire]),
    finish: (context, wire, count) => context.layer('LOG', {}, [scale(context, wire, count)]),
    fold: (values) => Math.log(total(values.map(Math.exp))),
  },
  ReduceSumSquare: { ...sum, start: squared, fold: (values) => total(values.map((value) => value * value)) },
  ReduceProd: {
    pool: '',
    overChannels: () => {
      throw new Obstacle('a product over axes')
    },
    fold: (values) => values.reduce((a, b) => a * b, 1),
  },
}

export const reductions: Handlers = {
  ...Object.fromEntries(Object.entries(reductionsByName).map(([name, reduction]) => [name, handler(reduction)])),

  ReduceL2(context) {
    const x = context.input(0)
    if (x.kind === 'constant') return handler(reductionsByName.ReduceL2 as Reduction)(context)
    const { wire } = x
    const { height, width } = wire.volume
    const axes = axesOf(context, x.dimensions.length)
    const over = axes.map((axis) => x.dimensions[axis] as Dimension)
    if (over.flat().some(({ root }) => root !== 'h' && root !== 'w'))
      return handler(reductionsByName.ReduceL2 as Reduction)(context)
    const has = (root: 'h' | 'w') => over.flat().some((piece) => piece.root === root)
    const out = context.layer('L2POOL', { size: [has('h') ? height : 1, has('w') ? width : 1] }, [wire])
    return [context.made(out, reduced(context, x, axes))]
  },
}

function axesOf(context: Context, rank: number): readonly number[] {
  const given = context.numbers(1, 'axes')
  if (given !== undefined && given.length > 0) return given.map((axis) => axisOf(axis, rank))
  return context.int('noop_with_empty_axes', 0) === 0 ? Array.from({ length: rank }, (_, axis) => axis) : []
}

function reduced(context: Context, x: Activation, axes: readonly number[]): readonly Dimension[] {
  if (context.int('keepdims', 1) !== 0)
    return x.dimensions.map((dimension, axis) => (axes.includes(axis) ? [] : dimension))
  return x.dimensions.filter((_, axis) => !axes.includes(axis))
}

function handler(reduction: Reduction): Handler {
  return (context) => {
    const value = context.input(0)
    const axes = axesOf(context, rankOf(value))
    if (value.kind === 'constant') return [folded(context, value, axes, reduction)]
    return [context.made(overAxes(context, value, axes, reduction), reduced(context, value, axes))]
  }
}

function overAxes(context: Context, x: Activation, axes: readonly number[], reduction: Reduction): Wire {
  const pieces = axes.flatMap((axis) => x.dimensions[axis] as Dimension)
  if (pieces.some(({ root }) => root === 'n')) throw new Obstacle('an axis that is the batch')
  const { height, width, channels } = x.wire.volume
  const isWhole = (root: 'h' | 'w' | 'c', size: number) => {
    const own = pieces.filter((piece) => piece.root === root)
    if (own.length > 0 && !sameDimension(own, whole(root, size))) throw new Obstacle('part of an axis')
    return own.length > 0
  }
  const [rows, columns, all] = [isWhole('h', height), isWhole('w', width), isWhole('c', channels)]
  let wire = reduction.start?.(context, x.wire) ?? x.wire
  let count = 1
  if (rows || columns) {
    if (reduction.pool === '') throw new Obstacle('a product over axes')
    const isGlobal = (rows || height === 1) && (columns || width === 1) && reduction.global !== undefined
    wire = isGlobal
      ? context.layer(reduction.global as string, {}, [wire])
      : context.layer(reduction.pool, { size: [rows ? height : 1, columns ? width : 1] }, [wire])
    count = (rows ? height : 1) * (columns ? width : 1)
  }
  if (all) wire = reduction.overChannels(context, wire)
  return reduction.finish?.(context, wire, count) ?? wire
}

function folded(context: Context, value: Constant, axes: readonly number[], reduction: Reduction): Constant {
  const { shape } = value
  const keep = context.int('keepdims', 1) !== 0
  const left = shape.map((side, axis) => (axes.includes(axis) ? 1 : side))
  const groups = Array.from({ length: sizeOf(left) }, (): Entry[] => [])
  const entries = value.entries()
  for (let at = 0; at < entries.length; at++) {
    let [rest, to, stride] = [at, 0, 1]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const side = shape[axis] as number
      if (!axes.includes(axis)) {
        to += (rest % side) * stride
        stride *= side
      }
      rest = Math.floor(rest / side)
    }
    ;(groups[to] as Entry[]).push(entries[at] as Entry)
  }
  const out = groups.map((group) => foldGroup(group, reduction))
  return constant(keep ? left : shape.filter((_, axis) => !axes.includes(axis)), out, value.isInteger)
}

/** A product may have the batch size as a factor. */
function foldGroup(group: readonly Entry[], reduction: Reduction): Entry {
  const batches = group.filter((entry) => entry instanceof Batches)
  if (batches.length === 0) return reduction.fold(group as readonly number[])
  if (batches.length > 1 || reduction !== reductionsByName.ReduceProd)
    throw new Obstacle('arithmetic with the batch size')
  return new Batches(
    group.reduce<number>((product, entry) => product * (entry instanceof Batches ? entry.times : entry), 1),
  )
}
