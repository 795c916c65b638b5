/** Resize and Upsample in their versions, and the two shuffles of pixels. */

import type { Wire } from '../../../networkBuilder.ts'
import { type Context, numbersOf, Obstacle } from '../context.ts'
import type { Handler, Handlers } from '../handler.ts'
import { type Line, placeOf, resampled, roundedPlace, type Sampling } from '../resample.ts'
import { axisOf, longestAxis, type Window } from '../shapes.ts'
import { type Activation, Batches, type Dimension, lengthOf } from '../values.ts'
import { sidesOf } from './conv.ts'

const shufflePixels: Handler = (context) => {
  const x = context.activation(0)
  const flags = context.text('mode', 'DCR') === 'CRD' ? [] : ['dcr']
  const wire = context.layer('PIXELSHUFFLE', { size: [context.int('blocksize', 1)], flags }, [context.map(x)])
  return [context.mapOf(wire)]
}

export const resizing: Handlers = {
  DepthToSpace: shufflePixels,
  SpaceToDepth(context) {
    const wire = context.layer('PIXELUNSHUFFLE', { size: [context.int('blocksize', 1)], flags: ['dcr'] }, [
      context.map(context.activation(0)),
    ])
    return [context.mapOf(wire)]
  },
  Upsample(context) {
    const scales = context.numbers(1, 'scales') ?? floatsOf(context, 'scales')
    return [context.mapOf(resized(context, { scales, transform: 'asymmetric', rounding: 'floor' }))]
  },
  Resize(context) {
    if (context.opset < 11) {
      const scales = numbersOf(context.constant(1, 'the scales'))
      return [context.mapOf(resized(context, { scales, transform: 'asymmetric', rounding: 'floor' }))]
    }
    const has = (index: number) => context.has(index) && context.constant(index, 'the sizes').entries().length > 0
    const settings = {
      transform: context.text('coordinate_transformation_mode', 'half_pixel'),
      rounding: context.text('nearest_mode', 'round_prefer_floor'),
    }
    const isSizes = has(3)
    const numbers = numbersOf(isSizes ? context.constant(3, 'the sizes') : context.constant(2, 'the scales'))
    const common = isSizes ? { sizes: numbers, ...settings } : { scales: numbers, ...settings }
    return [isPlain(context) ? context.mapOf(resized(context, common)) : byAxes(context, common)]
  },
}

/** Whether UPSAMPLE or a POOL1 may do it. */
function isPlain(context: Context): boolean {
  const x = context.activation(0)
  const [mode, transform] = [
    context.text('mode', 'nearest'),
    context.text('coordinate_transformation_mode', 'half_pixel'),
  ]
  return (
    x.dimensions.length === 4 &&
    x.dimensions[0]?.[0]?.root === 'n' &&
    mode !== 'cubic' &&
    !['tf_crop_and_resize', 'half_pixel_symmetric'].includes(transform) &&
    context.int('antialias', 0) === 0 &&
    context.text('keep_aspect_ratio_policy', 'stretch') === 'stretch'
  )
}

/** Every form, on any axis but the batch. */
function byAxes(context: Context, { scales, sizes, transform, rounding }: Resizing): Activation {
  const x = context.activation(0)
  const rank = x.dimensions.length
  const axes = context.ints('axes')?.map((axis) => axisOf(axis, rank)) ?? x.dimensions.map((_, axis) => axis)
  const given = scales ?? sizes ?? []
  if (given.length !== axes.length) throw new Obstacle(`${given.length} numbers for ${axes.length} axes`)
  const region = context.has(1) ? numbersOf(context.constant(1, 'the region')) : []
  const sideOf = (axis: number) => lengthOf(x.dimensions[axis] as Dimension)
  const policy = context.text('keep_aspect_ratio_policy', 'stretch')
  const ratios = axes.flatMap((axis, index) => {
    const side = sideOf(axis)
    return side instanceof Batches ? [] : [(given[index] as number) / side]
  })
  const kept = policy === 'stretch' ? undefined : Math[policy === 'not_larger' ? 'min' : 'max'](...ratios)
  const sampling: Sampling = {
    mode: context.text('mode', 'nearest'),
    transform,
    rounding,
    antialias: context.int('antialias', 0) !== 0,
    excludesOutside: context.int('exclude_outside', 0) !== 0,
    cubic: context.float('cubic_coeff_a', -0.75),
    outside: context.float('extrapolation_value', 0),
  }
  return axes.reduce((value, axis, index) => {
    const number = given[index] as number
    const side = sideOf(axis)
    if (side instanceof Batches) {
      if (number === 1 || (scales === undefined && number === context.graph.fixedBatch)) return value
      throw new Obstacle('a resize of the batch')
    }
    const scale = scales === undefined ? (kept ?? number / side) : number
    const out =
      scales !== undefined
        ? Math.floor(side * number + 1e-7)
        : kept === undefined
          ? number
          : Math.floor(kept * side + 0.5)
    const [from, to] = [region[index], region[axes.length + index]]
    const line: Line = { side, out, scale, ...(from !== undefined && to !== undefined && { region: [from, to] }) }
    const isSame = out === side && scale === 1 && transform !== 'tf_crop_and_resize'
    return isSame ? value : resampled(context, value, axis, line, sampling)
  }, x)
}

function floatsOf(context: Context, name: string): readonly number[] {
  const attribute = context.node.attributes.get(name)
  if (attribute?.kind === 'floats') return attribute.value
  const [height, width] = [context.float('height_scale', 0), context.float('width_scale', 0)]
  if (height > 0 && width > 0) return [1, 1, height, width]
  throw new Obstacle('the scales are missing')
}

interface Resizing {
  readonly scales?: readonly number[]
  readonly sizes?: readonly number[]
  readonly transform: string
  readonly rounding: string
}

function resized(context: Context, { scales, sizes, transform, rounding }: Resizing): Wire {
  const x = context.activation(0)
  if (x.dimensions.length !== 4) throw new Obstacle(`${x.dimensions.length} dimensions; [N, C, H, W] is expected`)
  const wire = context.map(x)
  const before = [wire.volume.channels, ...sidesOf(wire)]
  const axes = context.ints('axes')?.map((axis) => axisOf(axis, 4)) ?? [0, 1, 2, 3]
  const given = scales ?? sizes ?? []
  if (given.length !== axes.length) throw new Obstacle(`${given.length} numbers for ${axes.length} axes`)
  const of = (axis: number) => given[axes.indexOf(axis)]
  // The batch, and the channels.
  const isKept = (axis: number, side: number | undefined) =>
    of(axis) === undefined || of(axis) === (scales === undefined ? side : 1)
  if ((scales !== undefined && !isKept(0, undefined)) || !isKept(1, before[0]))
    throw new Obstacle('a resize of the batch or the channels')
  const lines = ([0, 1] as const).map((axis) => {
    const side = before[axis + 1] as number
    const number = of(axis + 2)
    const scale = number === undefined ? 1 : scales === undefined ? number / side : number
    const out = number === undefined ? side : scales === undefined ? number : Math.floor(side * number + 1e-7)
    return { side, out, scale }
  }) as [Line, Line]
  for (const { side, out } of lines)
    if (!(Number.isInteger(out) && out > 0 && out <= longestAxis))
      throw new Obstacle(`a resize of ${side} to ${out} values`)
  if (lines.every(({ side, out }) => side === out)) return wire
  const to = [lines[0].out, lines[1].out]
  const mode = context.text('mode', 'nearest')
  // The matrices of both axes, where no layer of ours takes the same values.
  const inMap = () => {
    const out = byAxes(context, { ...(scales && { scales }), ...(sizes && { sizes }), transform, rounding })
    return context.map(out)
  }
  if (mode === 'nearest') return nearest(context, wire, lines, transform, rounding) ?? inMap()
  if (mode !== 'linear' && mode !== 'bilinear') throw new Obstacle(`mode ${mode}`)
  if (transform === 'align_corners') return context.layer('UPSAMPLE', { options: { to }, flags: ['corners'] }, [wire])
  const isExact = lines.every(({ side, out, scale }) => Math.abs(out / side - scale) < 1e-6 * scale)
  const isHalf = transform === 'half_pixel' || (transform === 'pytorch_half_pixel' && lines.every(({ out }) => out > 1))
  if (!isHalf || !isExact) return inMap()
  return context.layer('UPSAMPLE', { options: { to }, flags: ['bilinear'] }, [wire])
}

/** UPSAMPLE takes ⌊i·in/out⌋; what takes every n-th row is a POOL1. */
function nearest(
  context: Context,
  wire: Wire,
  lines: readonly [Line, Line],
  transform: string,
  rounding: string,
): Wire | undefined {
  const sources = lines.map((line) =>
    Array.from({ length: line.out }, (_, at) => sourceOf(at, line, transform, rounding)),
  )
  const isUpsample = sources.every((all, axis) => {
    const { side, out } = lines[axis] as Line
    return all.every((source, at) => source === Math.floor((at * side) / out))
  })
  if (isUpsample) return context.layer('UPSAMPLE', { options: { to: lines.map(({ out }) => out) } }, [wire])
  const steps = sources.map((all, axis) => {
    const [first = 0, second = first + (lines[axis] as Line).side] = all
    const step = Math.max(1, second - first)
    return all.every((source, at) => source === first + at * step)
      ? { first, step, end: (all.at(-1) as number) + 1 }
      : undefined
  })
  const [rows, columns] = steps
  if (rows === undefined || columns === undefined) return undefined
  const cut = [
    rows.first,
    columns.first,
    lines[0].side - rows.end,
    lines[1].side - columns.end,
  ] as unknown as Window['padding']
  const cropped = cut.every((side) => side === 0) ? wire : context.layer('CROP', { options: { p: cut } }, [wire])
  return context.layer('POOL', { size: [1], options: { s: [rows.step, columns.step] } }, [cropped])
}

function sourceOf(at: number, line: Line, transform: string, rounding: string): number {
  return Math.min(Math.max(roundedPlace(placeOf(at, line, transform), rounding), 0), line.side - 1)
}
