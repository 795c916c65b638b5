/** Multiplying by and adding constants: a bias of the layer before, a SCALE, or a filter of one value for each channel. */

import { printShape, sizeOf } from '../../../../core/shapes.ts'
import type { WeightSource } from '../../../../model/weightSource.ts'
import type { LayerDraft, Wire } from '../../../networkBuilder.ts'
import { type Context, filled, given, numbersOf, Obstacle } from '../context.ts'
import { decimalOf } from '../decimal.ts'
import { type Activation, type Constant, type Dimension, lengthOf } from '../values.ts'

/** A constant as it meets an activation: one number, one for each channel, or one for each value of the volume. */
export type Spread =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'channels'; readonly values: Float32Array }
  | { readonly kind: 'volume'; readonly values: Float32Array }

/** By NumPy's rule, from the right. Throws where the constant would make the activation larger. */
export function spread({ wire, dimensions }: Activation, value: Constant): Spread {
  const numbers = numbersOf(value)
  if (numbers.length === 1) return { kind: 'scalar', value: numbers[0] as number }
  const rank = dimensions.length
  if (value.shape.length > rank && value.shape.slice(0, value.shape.length - rank).some((side) => side !== 1))
    throw new Obstacle(`a constant of ${printShape(value.shape)} has more dimensions than the activation`)
  const shape = [...Array.from({ length: rank }, () => 1), ...value.shape].slice(-rank)
  const varying = shape.flatMap((side, axis) => (side === 1 ? [] : [axis]))
  for (const axis of varying) {
    const length = lengthOf(dimensions[axis] as Dimension)
    if (length !== shape[axis])
      throw new Obstacle(
        `a constant of ${printShape(value.shape)} does not fit dimension ${axis}, of ${typeof length === 'number' ? length : 'the batch'}`,
      )
  }
  const roots = new Set(varying.flatMap((axis) => (dimensions[axis] as Dimension).map(({ root }) => root)))
  const { height, width, channels } = wire.volume
  const isByChannel = !roots.has('h') && !roots.has('w')
  const positions = isByChannel ? 1 : height * width
  const out = new Float32Array(positions * channels)
  const strides = stridesOf(shape)
  for (let at = 0; at < out.length; at++) {
    const c = at % channels
    const position = (at - c) / channels
    const index = { n: 0, c, w: position % width, h: Math.floor(position / width) }
    let from = 0
    for (const axis of varying) from += (strides[axis] as number) * indexIn(dimensions[axis] as Dimension, index)
    out[at] = numbers[from] as number
  }
  return { kind: isByChannel ? 'channels' : 'volume', values: out }
}

function stridesOf(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
}

export function indexIn(dimension: Dimension, index: Readonly<Record<'n' | 'h' | 'w' | 'c', number>>): number {
  let out = 0
  for (const { root, size, stride } of dimension) out = out * size + (Math.floor(index[root] / stride) % size)
  return out
}

/** x + constant. */
export function added(context: Context, x: Activation, value: Constant): Activation {
  const by = spread(x, value)
  if (by.kind === 'scalar' && by.value === 0) return x
  const bias = x.made !== undefined && isUsedOnce(context, x) ? withBias(x, by) : undefined
  if (bias !== undefined) return context.made(context.add(bias), x.dimensions)
  const shift = by.kind === 'scalar' ? filledArray(by.value, x.wire.volume.channels) : by.values
  return byFilters(context, x, by.kind, undefined, shift)
}

/** Whether no other operator needs x, so that the layer that made it can change. */
function isUsedOnce(context: Context, x: Activation): boolean {
  const at = context.inputs.indexOf(x)
  return at === -1 || context.graph.uses(context.node.inputs[at] ?? '') <= 1
}

/** The layer that made x, with the constant as its bias. */
function withBias(x: Activation, by: Spread): LayerDraft | undefined {
  const draft = x.made?.draft
  if (draft === undefined || by.kind === 'volume' || draft.weights?.bias !== undefined) return undefined
  const { channels } = x.wire.volume
  const bias = given(by.kind === 'scalar' ? filledArray(by.value, channels) : by.values)
  if (draft.word === 'CONV' || draft.word === 'FC') {
    const flags = (draft.parts?.flags ?? []).filter((flag) => flag !== 'nobias')
    return { ...draft, name: x.made?.node.name, parts: { ...draft.parts, flags }, weights: { ...draft.weights, bias } }
  }
  const shifted = withAffine(draft, 'noshift', 'shift', bias)
  if (shifted !== undefined) return { ...shifted, name: x.made?.node.name }
  if (draft.word !== 'SCALE' || draft.weights?.scale === undefined) return undefined
  const filters = { ...draft.weights.scale, shape: [1, 1, 1, channels] }
  return { word: 'CONV', parts: depthwise(channels, true), inputs: draft.inputs, weights: { filters, bias } }
}

/** A normalization with its own scale or shift, where it has none yet. The shift comes after the scale. */
function withAffine(
  draft: LayerDraft,
  flag: 'noscale' | 'noshift',
  name: 'scale' | 'shift',
  source: WeightSource,
): LayerDraft | undefined {
  const { flags = [] } = draft.parts ?? {}
  if (!flags.includes(flag) || draft.weights?.shift !== undefined) return undefined
  const parts = { ...draft.parts, flags: flags.filter((each) => each !== flag) }
  return { ...draft, parts, weights: { ...draft.weights, [name]: source } }
}

/** x · constant. */
export function multiplied(context: Context, x: Activation, value: Constant, power: 1 | -1 = 1): Activation {
  const by = spread(x, value)
  if (by.kind === 'scalar') {
    const factor = power === 1 ? by.value : 1 / by.value
    if (factor === 1) return x
    if (!Number.isFinite(factor)) throw new Obstacle(`a factor of ${factor}`)
    return context.made(context.layer('SCALE', { number: decimalOf(factor) }, [x.wire]), x.dimensions)
  }
  const factors = power === 1 ? by.values : by.values.map((each) => 1 / each)
  if (by.kind === 'volume') return byFilters(context, x, 'volume', factors, undefined)
  const norm = isUsedOnce(context, x) && x.made?.draft && withAffine(x.made.draft, 'noscale', 'scale', given(factors))
  if (norm) return context.made(context.add(norm), x.dimensions, norm)
  const draft: LayerDraft = {
    word: 'SCALE',
    parts: { number: 1, flags: ['learned'] },
    inputs: [x.wire],
    weights: { scale: given(factors) },
  }
  return context.made(context.add(draft), x.dimensions, draft)
}

/** x + a number. */
export function shifted(context: Context, wire: Wire, by: number): Wire {
  const { channels } = wire.volume
  return context.layer('CONV', depthwise(channels, true), [wire], {
    filters: filled([1, 1, 1, channels], 1),
    bias: filled([channels], by),
  })
}

/** By 1×1 filters of their own for each channel; for a value of each position, of the flattened volume. */
function byFilters(
  context: Context,
  x: Activation,
  kind: Spread['kind'],
  scale: Float32Array | undefined,
  shift: Float32Array | undefined,
): Activation {
  const { height, width, channels } = x.wire.volume
  const isFlat = kind === 'volume'
  const wire = isFlat ? context.layer('FLATTEN', {}, [x.wire]) : x.wire
  const count = isFlat ? height * width * channels : channels
  const filters = scale === undefined ? filled([1, 1, 1, count], 1) : given(scale, [1, 1, 1, count])
  const out = context.layer('CONV', depthwise(count, shift !== undefined), [wire], {
    filters,
    ...(shift && { bias: given(shift) }),
  })
  return context.made(
    isFlat ? context.layer('RESHAPE', { volume: [height, width, channels] }, [out]) : out,
    x.dimensions,
  )
}

export function depthwise(channels: number, bias: boolean) {
  return { size: [1], count: channels, options: { g: [channels] }, flags: bias ? [] : ['nobias'] }
}

function filledArray(value: number, length: number): Float32Array {
  return new Float32Array(length).fill(value)
}
