/** Layers that join, cut, resize and rename maps. */

import { printShape, type Shape, sizeOf } from '../../../core/shapes.ts'
import { ForeignFileError } from '../../errors.ts'
import type { Message } from '../message.ts'
import { refuse } from '../refuse.ts'
import { axisOf, expectChannelAxis, likeTensor, mapTensor, type Tensor, volumeOf } from '../tensor.ts'
import { type Converter, simple, someBottoms, twoBottoms, type Use } from './converter.ts'

const reductions = { 1: 'SUM', 2: 'ASUM', 3: 'SUMSQ', 4: 'MEAN' } as const

/** `axis`, or the name that it had before. */
const axisField = (parameters: Message, old: string) =>
  parameters.has(old) ? parameters.whole(old, 1) : parameters.whole('axis', 1)

export const shapes: Readonly<Record<string, Converter>> = {
  Concat: {
    parameters: 'concat_param',
    bottoms: someBottoms,
    convert({ input, inputs, parameters, add }) {
      expectChannelAxis(axisField(parameters, 'concat_dim'), input)
      if (inputs.length === 1) return [input]
      return [likeTensor(add({ word: 'CONCAT', inputs: inputs.map(({ wire }) => wire) }), input)]
    },
  },
  Slice: { parameters: 'slice_param', convert: slice },
  Softmax: simple('softmax_param', (parameters, input) => {
    expectChannelAxis(parameters.whole('axis', 1), input)
    return { word: 'SOFTMAX' }
  }),
  Flatten: {
    parameters: 'flatten_param',
    convert(use) {
      const { input, parameters } = use
      const [from, to] = [axisOf(parameters.whole('axis', 1), input), axisOf(parameters.whole('end_axis', -1), input)]
      const lengths = input.shape.slice(from, to + 1)
      return [reshaped(use, [...input.shape.slice(0, from), sizeOf(lengths), ...input.shape.slice(to + 1)])]
    },
  },
  Reshape: { parameters: 'reshape_param', convert: (use) => [reshaped(use, newShape(use))] },
  Reduction: {
    parameters: 'reduction_param',
    convert({ input, parameters, add }) {
      const operation = parameters.word('operation', reductions, 'SUM')
      const axis = axisOf(parameters.whole('axis', 0), input)
      if (operation !== 'MEAN' || axis !== 2 || parameters.real('coeff', 1) !== 1)
        refuse(`${operation} from axis ${axis} on (only MEAN from axis 2 on)`)
      return [{ wire: add({ word: 'GAP' }), shape: input.shape.slice(0, 2) }]
    },
  },
  Crop: { parameters: 'crop_param', bottoms: twoBottoms, convert: crop },
  // Of DeepLab and PSPNet: bilinear, the corners keep their places.
  Interp: { parameters: 'interp_param', convert: interpolate },
  // Of YOLO's variants: each value s×s times.
  Upsample: simple('upsample_param', (parameters) => ({
    word: 'UPSAMPLE',
    parts: { size: [parameters.whole('scale', 0)] },
  })),
  ShuffleChannel: simple('shuffle_channel_param', (parameters) => ({
    word: 'SHUFFLE',
    parts: { options: { g: [parameters.whole('group', 1)] } },
  })),
}

function slice(use: Use): readonly Tensor[] {
  const { input, parameters, layer, addUnnamed } = use
  expectChannelAxis(axisField(parameters, 'slice_dim'), input)
  const { channels } = input.wire.volume
  const count = layer.tops.length
  if (count === 1) return [input]
  const given = parameters.wholes('slice_point')
  const points = given.length > 0 ? given : layer.tops.slice(1).map((_, i) => ((i + 1) * channels) / count)
  const edges = [0, ...points, channels]
  const grows = edges.every((edge, i) => i === 0 || (Number.isInteger(edge) && edge > (edges[i - 1] as number)))
  if (points.length !== count - 1 || !grows) {
    throw new ForeignFileError(`${layer.name}: the points do not slice the channels`, {
      received: `${count} tops, points ${points.join(', ')} of ${channels} channels`,
      expected: `${count - 1} points, each greater than the one before`,
    })
  }
  return edges.slice(1).map((to, top) => {
    const from = edges[top] as number
    const parts = { count: to - from, options: { from: [from] } }
    return likeTensor(addUnnamed({ word: 'SLICE', parts, inputs: [input.wire] }), input)
  })
}

/** The same values as another shape. Values follow each other by channel in Caffe's blobs. */
function reshaped({ input, add }: Use, shape: Shape): Tensor {
  if (shape[0] !== input.shape[0] || sizeOf(shape) !== sizeOf(input.shape))
    refuse(`a blob of ${printShape(input.shape)} as ${printShape(shape)} (the first axis counts images, and stays)`)
  const { height, width, channels } = volumeOf(shape)
  if (height === 1 && width === 1) return { wire: add({ word: 'FLATTEN', parts: { flags: ['chw'] } }), shape }
  const parts = { volume: [height, width, channels] as const, flags: ['chw'] }
  return { wire: add({ word: 'RESHAPE', parts }), shape }
}

/** 0 keeps a length, and one −1 takes what is left. */
function newShape({ input, parameters, layer }: Use): Shape {
  const dims = parameters.parameters('shape').wholes('dim')
  const axis = parameters.whole('axis', 0)
  const from = axis < 0 ? input.shape.length + axis + 1 : axis
  const count = parameters.whole('num_axes', -1)
  const to = count === -1 ? input.shape.length : from + count
  if (from < 0 || to > input.shape.length || from > to)
    refuse(`axes ${from} to ${to} of a blob of ${input.shape.length}`)
  const lengths = dims.map((length, i) => (length === 0 ? (input.shape[from + i] ?? 0) : length))
  const known = [...input.shape.slice(0, from), ...lengths.filter((length) => length !== -1), ...input.shape.slice(to)]
  const rest = sizeOf(input.shape) / sizeOf(known)
  const shape = [
    ...input.shape.slice(0, from),
    ...lengths.map((length) => (length === -1 ? rest : length)),
    ...input.shape.slice(to),
  ]
  if (shape.every((length) => Number.isInteger(length) && length > 0) && sizeOf(shape) === sizeOf(input.shape))
    return shape
  throw new ForeignFileError(`${layer.name}: the new shape has another number of values`, {
    received: `${printShape(dims)} for ${printShape(input.shape)}`,
    expected: `${sizeOf(input.shape)} values`,
  })
}

/** To the size of the second bottom, from `axis` on. */
function crop(use: Use): readonly Tensor[] {
  const { input, inputs, parameters, layer, add, addUnnamed } = use
  const [, reference] = inputs as [Tensor, Tensor]
  const from = axisOf(parameters.whole('axis', 2), input)
  if (input.shape.length !== 4 || reference.shape.length !== 4 || from === 0) refuse(`a crop from axis ${from} on`)
  const given = parameters.wholes('offset')
  const offsetOf = (axis: number) => {
    if (axis < from) return 0
    return given.length === 0 ? 0 : given.length === 1 ? (given[0] as number) : (given[axis - from] ?? 0)
  }
  const sizes = input.shape.map((length, axis) => (axis < from ? length : (reference.shape[axis] as number)))
  for (const [axis, size] of sizes.entries()) {
    if (axis > 0 && offsetOf(axis) + size > (input.shape[axis] as number)) {
      throw new ForeignFileError(`${layer.name}: the crop does not lie in the blob`, {
        received: `${size} values from ${offsetOf(axis)} on, of ${input.shape[axis]} (axis ${axis})`,
        expected: 'an offset and a size within the first bottom',
      })
    }
  }
  const [, channels, height, width] = sizes as [number, number, number, number]
  const { wire } = input
  const cut =
    channels === wire.volume.channels
      ? wire
      : addUnnamed({ word: 'SLICE', parts: { count: channels, options: { from: [offsetOf(1)] } }, inputs: [wire] })
  const [top, left] = [offsetOf(2), offsetOf(3)]
  const p = [top, left, wire.volume.height - height - top, wire.volume.width - width - left]
  return [mapTensor(add({ word: 'CROP', parts: { options: { p } }, inputs: [cut] }), input)]
}

function interpolate({ input, parameters, add }: Use): readonly Tensor[] {
  if (parameters.whole('pad_beg', 0) !== 0 || parameters.whole('pad_end', 0) !== 0) refuse('pad_beg or pad_end')
  const [shrink, zoom] = [parameters.whole('shrink_factor', 1), parameters.whole('zoom_factor', 1)]
  if (shrink < 1 || zoom < 1) refuse(`a shrink_factor of ${shrink} and a zoom_factor of ${zoom}`)
  const side = (name: string, length: number) => {
    if (parameters.has(name)) return parameters.whole(name, 0)
    const shrunk = Math.floor((length - 1) / shrink) + 1
    return shrunk + (shrunk - 1) * (zoom - 1)
  }
  const { height, width } = input.wire.volume
  const to = [side('height', height), side('width', width)]
  return [mapTensor(add({ word: 'UPSAMPLE', parts: { options: { to }, flags: ['corners'] } }), input)]
}
