/**
 * CONV: K filters of F×F×(C/groups), shared by every position. W2 = (W1 − F + 2P)/S + 1; F·F·D1 weights a filter, and a
 * bias each. Without options the stride is 1 and P = (F − 1)/2, so that the size is kept (the notes' usual setting).
 */

import * as z from 'zod'
import type { Volume } from '../../core/index.ts'
import { batchGeometry } from '../../ops/conv2d/geometry.ts'
import { conv2d } from '../../ops/conv2d/op.ts'
import { type Padding, type Pair, printWindow, type WindowSpec, windowOn } from '../../ops/window.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import { only, optionalBias } from '../parts.ts'
import type { Layer } from '../types.ts'
import {
  paddingSchema,
  pairSchema,
  readWindow,
  windowNotices,
  windowOptions,
  windowOutput,
  writePair,
  writeWindow,
} from '../window.ts'

export interface ConvAttributes {
  /** K */
  readonly filters: number
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Padding
  readonly dilation: Pair
  readonly groups: number
  readonly bias: boolean
}

const spec = ({ kernel, stride, padding, dilation }: ConvAttributes): WindowSpec => ({
  kernel,
  stride,
  padding,
  dilation,
})

/** P = d·(F − 1)/2 keeps the size; only odd filters have a middle. */
function usual(kernel: Pair, dilation: Pair): { stride: Pair; padding: Padding } {
  const [rows, columns] = [0, 1].map((axis) => (dilation[axis as 0 | 1] * (kernel[axis as 0 | 1] - 1)) / 2) as [
    number,
    number,
  ]
  return { stride: [1, 1], padding: [rows, columns, rows, columns] }
}

export const conv: Layer<ConvAttributes> = {
  type: 'conv',
  notation: {
    word: 'CONV',
    form: {
      size: 'required',
      count: 'required',
      options: { ...windowOptions, g: 'groups' },
      flags: { nobias: 'no bias' },
      example: 'CONV3-64 s1 p1',
    },
    read(parts) {
      const window = readWindow(parts, usual)
      if (window.padding.some((side) => !Number.isInteger(side))) {
        throw new NotationValueError('a filter with even sides has no middle, so its padding must be written', {
          received: `a ${window.kernel.join('×')} filter without p`,
          expected: `p0, or an odd filter such as ${window.kernel[0] + 1}`,
          advice: 'add p0',
        })
      }
      const groups = parts.options?.g?.[0] ?? 1
      const filters = parts.count ?? 0
      if (filters < 1 || groups < 1 || filters % groups !== 0) {
        throw new NotationValueError('the filters must divide evenly into the groups', {
          received: `${filters} filters, ${groups} groups`,
          expected: 'at least 1 filter a group, and the same number in each',
        })
      }
      return { filters, ...window, groups, bias: !(parts.flags ?? []).includes('nobias') }
    },
    write(attributes) {
      const options = writeWindow(attributes, usual(attributes.kernel, attributes.dilation))
      if (attributes.groups !== 1) options.g = [attributes.groups]
      return {
        size: writePair(attributes.kernel),
        count: attributes.filters,
        options,
        flags: attributes.bias ? [] : ['nobias'],
      }
    },
  },
  attributes: z.strictObject({
    filters: z
      .number()
      .int()
      .min(1)
      .max(1 << 24),
    kernel: pairSchema,
    stride: pairSchema,
    padding: paddingSchema,
    dilation: pairSchema,
    groups: z.number().int().min(1),
    bias: z.boolean(),
  }),
  inputs: { min: 1, max: 1 },
  output(attributes, inputs) {
    const volume = only(inputs)
    if (volume.channels % attributes.groups !== 0 || attributes.filters % attributes.groups !== 0) {
      throw new VolumeError('channels and filters must divide evenly into the groups', {
        received: `${volume.channels} channels and ${attributes.filters} filters in ${attributes.groups} groups`,
        expected: `multiples of ${attributes.groups}`,
      })
    }
    const [height, width] = windowOutput(spec(attributes), volume)
    return { height, width, channels: attributes.filters }
  },
  parameters(attributes, inputs) {
    const { kernel, filters, groups, bias } = attributes
    const depth = only(inputs).channels / groups
    const fanIn = kernel[0] * kernel[1] * depth
    return [
      {
        name: 'filters',
        shape: [kernel[0], kernel[1], depth, filters],
        initial: { kind: 'he', fanIn, fanOut: (kernel[0] * kernel[1] * filters) / groups },
        role: 'learned',
        decays: true,
      },
      ...optionalBias(bias, filters),
    ]
  },
  macs(attributes, inputs) {
    const output = this.output(attributes, inputs)
    const depth = only(inputs).channels / attributes.groups
    return output.height * output.width * output.channels * attributes.kernel[0] * attributes.kernel[1] * depth
  },
  window: (attributes) => spec(attributes),
  notices: (attributes, inputs) => windowNotices(spec(attributes), only(inputs)),
  lower({ emit, batch, largestBatch, exact }, attributes, inputs, parameters) {
    const x = only(inputs)
    const [, height = 1, width = 1, channels = 1] = x.shape
    const volume: Volume = { height, width, channels }
    const window = windowOn(spec(attributes), volume)
    const { filters, groups, bias } = attributes
    const values = [x, ...parameters.values()]
    const pictures = batchGeometry(batch, largestBatch)
    const geometry = { ...pictures, window, channels, filters, groups, ...(exact ? { method: 'gemm' as const } : {}) }
    return only(emit(conv2d, { ...geometry, bias, activation: 'none' }, values))
  },
  describe(attributes) {
    const groups = attributes.groups === 1 ? '' : `, ${attributes.groups} groups`
    return `${printWindow(spec(attributes))}, ${attributes.filters} filters${groups}${attributes.bias ? '' : ', no bias'}`
  },
}
