/**
 * A layer of a model at work on an image, small enough to be shown step by step (CS231n notes, the convolution demo): the
 * part of the map where it answers most strongly, some of its filters, and the channels that add most there. What is not
 * shown is added up, so that every number is the layer's own. lenslet/inspect draws it.
 */

import { ArgumentError } from '../core/errors.ts'
import { checkIndices, checkWhole } from '../core/numbers.ts'
import { checkOptions } from '../core/options.ts'
import type { Shape, Volume } from '../core/shapes.ts'
import { counted, listed } from '../core/text.ts'
import type { LayerActivations } from '../model/activations.ts'
import type { Model } from '../model/model.ts'
import { checkPictures } from '../model/pictures.ts'
import type { Conv2dAttributes } from '../ops/conv2d/geometry.ts'
import type { StepKind } from '../ops/ops.ts'
import type { AveragePoolAttributes } from '../ops/pool/attributes.ts'
import type { Pair, Window, WindowSpec } from '../ops/window.ts'
import { noSuchLayer } from '../plan/nodes.ts'
import type { PlanStep } from '../plan/types.ts'
import { scoreGradient } from './scoreGradient.ts'

export interface ShowLayerOptions {
  /** Rows and columns of the output that are shown, 1 to 8. Default 3, of pooling 4. */
  readonly positions?: number | undefined
  /** Numbers of the filters (of pooling: one channel); default: the two (the one) with the strongest answers. */
  readonly filters?: readonly number[] | undefined
  /** Channels of the input of each filter that are shown, at most. Default 3; the others are added up. */
  readonly channels?: number | undefined
}

interface Shown {
  /** Numbers of the filters that are shown; of pooling, the channel. */
  readonly filters: readonly number[]
  /** Row and column of the output's first position that is shown. */
  readonly from: Pair
  /** What is not shown, one sentence each. */
  readonly remarks: readonly string[]
}

/** `source` is what `convolutionFrames` of lenslet/inspect takes. */
export interface ShownConvolution extends Shown {
  readonly kind: 'convolution'
  readonly source: {
    /** [h, w, c]: the part of the input, and some of its channels. */
    readonly input: Float32Array
    readonly volume: Volume
    /** [F, F, c/groups, k] */
    readonly filters: Float32Array
    readonly shape: Shape
    /** [k] */
    readonly bias: Float32Array
    readonly window: WindowSpec
    readonly groups: number
    /** [rows, columns, k]: the sum over the channels that are not shown. */
    readonly rest: Float64Array
  }
  /** Numbers of the input channels that are shown. */
  readonly channels: readonly number[]
}

/** `source` is what `poolingFrames` of lenslet/inspect takes. */
export interface ShownPooling extends Shown {
  readonly kind: 'pooling'
  readonly source: {
    readonly kind: 'max' | 'average' | 'l2'
    /** [h, w] of one channel */
    readonly input: Float32Array
    readonly height: number
    readonly width: number
    readonly window: WindowSpec
    readonly countPadding: boolean
    /** [rows, columns]: the gradient of the highest score. */
    readonly gradient: Float32Array
  }
}

/** How the steps that can be shown are shown. */
const shows: Partial<Record<StepKind, 'convolution' | 'max' | 'average' | 'l2'>> = {
  conv2d: 'convolution',
  maxPool: 'max',
  averagePool: 'average',
  l2Pool: 'l2',
}

export interface LayerToShow {
  readonly name: string
  readonly kind: 'convolution' | 'pooling'
  /** Of the window; an FC layer has 1×1, as its input is one position with many channels here. */
  readonly kernel: Pair
}

/** The layers that `showLayer` can show: convolutions, FC layers and pooling, in the network's order. */
export function layersToShow(model: Model): readonly LayerToShow[] {
  const seen = new Set<string>()
  return model.plan.steps.flatMap(({ node, kind, attributes }): readonly LayerToShow[] => {
    if (shows[kind] === undefined || seen.has(node)) return []
    seen.add(node)
    const { kernel } = (attributes as { readonly window: Window }).window
    return [{ name: node, kind: shows[kind] === 'convolution' ? 'convolution' : 'pooling', kernel }]
  })
}

/**
 * @param picture [h, w, c], already normalized, as `predict` takes it
 * Throws `ArgumentError` for a layer that does not exist or has no window, for more than one image, and for filters that the
 * layer does not have.
 */
export async function showLayer(
  model: Model,
  picture: Float32Array,
  layer: string,
  options: ShowLayerOptions = {},
): Promise<ShownConvolution | ShownPooling> {
  checkOptions<ShowLayerOptions>('showLayer', options, { positions: true, filters: true, channels: true })
  if (checkPictures(picture, model.input) !== 1) {
    throw new ArgumentError('showLayer takes one image', {
      received: `${picture.length} values`,
      expected: 'one image',
    })
  }
  const step = stepOf(model, layer)
  const node = model.network.nodes.find(({ name }) => name === layer)
  const source = node?.inputs[0] as string
  const isFirst = source === model.network.nodes[0]?.name
  const maps = await model.activations(picture, isFirst ? [layer] : [source, layer])
  const { height, width, channels } = model.input
  const input = isFirst ? { data: picture, shape: [1, height, width, channels] } : (maps[source] as LayerActivations)
  const output = maps[layer] as LayerActivations
  const kind = shows[step.kind]
  if (kind === 'convolution')
    return convolutionOf(model, layer, step.attributes as Conv2dAttributes, input, output, options)
  const gradient = await scoreGradient(model, picture, layer)
  return poolingOf(kind ?? 'max', step.attributes as AveragePoolAttributes, input, output, gradient, options)
}

function stepOf(model: Model, layer: string): PlanStep {
  const names = model.network.nodes.map(({ name }) => name)
  if (!names.includes(layer)) throw noSuchLayer('showLayer: no layer', layer, names)
  const step = model.plan.steps.find(({ node, kind }) => node === layer && shows[kind] !== undefined)
  if (step !== undefined) return step
  const able = layersToShow(model).map(({ name }) => name)
  throw new ArgumentError(`${layer} cannot be shown step by step`, {
    received: 'a layer without a window',
    expected: able.length === 0 ? 'a convolution or pooling; this network has none' : `one of ${listed(able, 12)}`,
  })
}

function convolutionOf(
  model: Model,
  layer: string,
  { window, filters: count, groups, bias: biased }: Conv2dAttributes,
  input: LayerActivations,
  output: LayerActivations,
  { positions = 3, filters: asked, channels: most = 3 }: ShowLayerOptions,
): ShownConvolution {
  checkWhole('positions', positions, 1, 8)
  checkWhole('channels', most, 1, 64)
  const filters = asked === undefined ? strongest(output.data, count, 2) : checkIndices('filter', asked, count, 8)
  const part = partOf(window, positions, placeOf(output.data, count, filters[0] as number, window.output))
  const weights = model.weights.get(`${layer}.filters`)
  const biases = biased ? model.weights.get(`${layer}.bias`) : undefined
  const depth = weights.length / (window.kernel[0] * window.kernel[1] * count)
  const area = window.kernel[0] * window.kernel[1]
  const sees = (filter: number) => Math.floor(filter / (count / groups)) * depth
  /** Σ x·w of one channel of a filter at a position of the part. */
  const sumAt = (filter: number, channel: number, position: number) => {
    const row = part.from[0] + Math.floor(position / part.size[1])
    const column = part.from[1] + (position % part.size[1])
    let sum = 0
    for (let tap = 0; tap < area; tap++) {
      const [i, j] = [Math.floor(tap / window.kernel[1]), tap % window.kernel[1]]
      const y = row * window.stride[0] + i * window.dilation[0] - window.padding[0]
      const x = column * window.stride[1] + j * window.dilation[1] - window.padding[1]
      if (y < 0 || x < 0 || y >= window.input[0] || x >= window.input[1]) continue
      const value = input.data[(y * window.input[1] + x) * depth * groups + sees(filter) + channel] as number
      sum += value * (weights[(tap * depth + channel) * count + filter] as number)
    }
    return sum
  }
  const all = part.size[0] * part.size[1]
  const sums = filters.map((filter) =>
    Array.from({ length: depth }, (_, c) => Array.from({ length: all }, (_, position) => sumAt(filter, c, position))),
  )
  const weightOf = (some: readonly number[][][]) => (channel: number) =>
    some.reduce((sum, each) => sum + (each[channel] as number[]).reduce((a, b) => a + Math.abs(b), 0), 0)
  // Without groups, all filters see the same channels. With groups, each filter is a group of its own here.
  const shown =
    groups === 1
      ? filters.map(() => mostOf(depth, most, weightOf(sums)))
      : sums.map((each) => mostOf(depth, most, weightOf([each])))
  const each = (shown[0] as readonly number[]).length
  const lists =
    groups === 1
      ? [shown[0] as readonly number[]]
      : shown.map((list, k) => list.map((c) => c + sees(filters[k] as number)))
  const channels = lists.flat()
  const rest = new Float64Array(all * filters.length)
  filters.forEach((_, k) => {
    sums[k]?.forEach((values, c) => {
      if (shown[k]?.includes(c)) return
      values.forEach((sum, position) => {
        const at = position * filters.length + k
        rest[at] = (rest[at] as number) + sum
      })
    })
  })
  const values = new Float32Array(area * each * filters.length)
  for (let tap = 0; tap < area; tap++)
    for (let c = 0; c < each; c++)
      filters.forEach((filter, k) => {
        const channel = shown[k]?.[c] as number
        values[(tap * each + c) * filters.length + k] = weights[(tap * depth + channel) * count + filter] as number
      })
  const remarks = [
    ...part.remarks,
    ...left('filter', filters.length, count),
    ...(each < depth
      ? [
          `${each} of the ${counted(depth, 'channel')} that a filter sees, those that add most; the sum of the others is “other channels”.`,
        ]
      : []),
  ]
  return {
    kind: 'convolution',
    source: {
      input: cut(input.data, window.input, depth * groups, part, channels),
      volume: { height: part.height, width: part.width, channels: channels.length },
      filters: values,
      shape: [window.kernel[0], window.kernel[1], each, filters.length],
      bias: Float32Array.from(filters, (filter) => biases?.[filter] ?? 0),
      window: part.window,
      groups: groups === 1 ? 1 : filters.length,
      rest,
    },
    filters,
    channels,
    from: part.from,
    remarks,
  }
}

function poolingOf(
  kind: 'max' | 'average' | 'l2',
  { window, countPadding = false }: AveragePoolAttributes,
  input: LayerActivations,
  output: LayerActivations,
  gradient: Float32Array,
  { positions = 4, filters: asked }: ShowLayerOptions,
): ShownPooling {
  checkWhole('positions', positions, 1, 8)
  const channels = output.shape[3] as number
  const [channel = 0] =
    asked === undefined ? strongest(output.data, channels, 1) : checkIndices('channel', asked, channels, 1)
  const part = partOf(window, positions, placeOf(output.data, channels, channel, window.output))
  const slice = Float32Array.from({ length: part.size[0] * part.size[1] }, (_, position) => {
    const row = part.from[0] + Math.floor(position / part.size[1])
    const column = part.from[1] + (position % part.size[1])
    return gradient[(row * window.output[1] + column) * channels + channel] as number
  })
  return {
    kind: 'pooling',
    source: {
      kind,
      input: cut(input.data, window.input, channels, part, [channel]),
      height: part.height,
      width: part.width,
      window: part.window,
      countPadding,
      gradient: slice,
    },
    filters: [channel],
    from: part.from,
    remarks: [
      ...part.remarks,
      ...left('channel', 1, channels),
      'The gradient of the output is that of the highest score.',
    ],
  }
}

/** A part of the output, and the part of the input that it sees. */
interface Part {
  readonly from: Pair
  readonly size: Pair
  /** First row and column of the input. */
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
  /** The window on that part: padding where it begins or ends outside of the map. */
  readonly window: WindowSpec
  readonly remarks: readonly string[]
}

function partOf({ kernel, stride, padding, dilation, input, output }: Window, most: number, around: Pair): Part {
  const axis = (index: 0 | 1) => {
    const size = Math.min(most, output[index])
    const from = Math.max(0, Math.min(output[index] - size, around[index] - Math.floor((size - 1) / 2)))
    const first = from * stride[index] - padding[index]
    const end = (from + size - 1) * stride[index] - padding[index] + dilation[index] * (kernel[index] - 1) + 1
    const start = Math.min(Math.max(0, first), input[index] - 1)
    const stop = Math.max(start + 1, Math.min(input[index], end))
    return { size, from, start, length: stop - start, before: start - first, after: end - stop }
  }
  const [rows, columns] = [axis(0), axis(1)]
  const whole = rows.size === output[0] && columns.size === output[1]
  return {
    from: [rows.from, columns.from],
    size: [rows.size, columns.size],
    top: rows.start,
    left: columns.start,
    height: rows.length,
    width: columns.length,
    window: { kernel, stride, dilation, padding: [rows.before, columns.before, rows.after, columns.after] },
    remarks: whole
      ? []
      : [
          `A part of the map: rows ${rows.from} to ${rows.from + rows.size - 1} and columns ${columns.from} to ${columns.from + columns.size - 1} of the ${output.join('×')} positions, around the strongest answer.`,
        ],
  }
}

/** Values of a part of a map [H, W, C], for some channels. */
function cut(
  values: ArrayLike<number>,
  [, width]: Pair,
  depth: number,
  part: Part,
  channels: readonly number[],
): Float32Array {
  const cropped = new Float32Array(part.height * part.width * channels.length)
  for (let y = 0; y < part.height; y++)
    for (let x = 0; x < part.width; x++)
      channels.forEach((channel, c) => {
        const from = ((part.top + y) * width + part.left + x) * depth + channel
        cropped[(y * part.width + x) * channels.length + c] = values[from] as number
      })
  return cropped
}

/** The channels with the largest values, in their own order. */
function strongest(values: Float32Array, channels: number, most: number): readonly number[] {
  const peaks = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY)
  values.forEach((value, index) => {
    if (value > (peaks[index % channels] as number)) peaks[index % channels] = value
  })
  return mostOf(channels, most, (channel) => peaks[channel] as number)
}

/** The numbers below `length` with the largest values, in their own order; of equal ones the first. */
function mostOf(length: number, most: number, rank: (index: number) => number): readonly number[] {
  const values = Array.from({ length }, (_, index) => ({ index, value: rank(index) }))
  const best = values
    .sort((a, b) => (b.value > a.value ? 1 : b.value < a.value ? -1 : a.index - b.index))
    .slice(0, most)
  return best.map(({ index }) => index).sort((a, b) => a - b)
}

/** Where a channel is largest. */
function placeOf(values: Float32Array, channels: number, channel: number, [, width]: Pair): Pair {
  let best = channel
  for (let at = channel; at < values.length; at += channels) {
    if ((values[at] as number) > (values[best] as number)) best = at
  }
  const position = Math.floor(best / channels)
  return [Math.floor(position / width), position % width]
}

function left(what: string, shown: number, all: number): readonly string[] {
  return shown < all ? [`${shown} of ${counted(all, what)}, with the strongest answers unless chosen.`] : []
}
