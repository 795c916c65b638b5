/**
 * TCONV4-64 s2: transposed convolution ("deconvolution"), which enlarges maps: each input value adds its filters, multiplied by
 * the value, to S·i − P … of the output. W2 = (W1 − 1)·S − 2P + D·(F − 1) + 1 + O. By default P is such that each side becomes S times
 * as long, where that is possible; the output padding O adds rows and columns at the bottom and the right.
 */

import { boolean, listOf, number, object } from '../../core/schema.ts'
import { printVolume, type Volume } from '../../core/shapes.ts'
import { transposed } from '../../ops/conv2d/transposed/op.ts'
import type { Value } from '../../ops/types.ts'
import { type Pair, printWindow, windowOn } from '../../ops/window.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import { countSchema, expectGroups, oneInput, only, optionalBias, pytorchFilters, readFilters } from '../parts.ts'
import type { Layer } from '../types.ts'
import { type WindowAttributes, windowWord, writePair } from '../window.ts'

export interface TransposedConvAttributes extends WindowAttributes {
  /** K */
  readonly filters: number
  /** O, less than the stride. */
  readonly outputPadding: Pair
  readonly groups: number
  readonly bias: boolean
}

interface Parameters {
  /** [F, F, K/groups, C]: those of the convolution from the output to the input. */
  readonly filters: Value
  /** [K] */
  readonly bias?: Value
}

/** P = (D·(F − 1) + 1 − S)/2 makes a side S times as long. */
const window = windowWord((kernel, dilation, stride = [1, 1]) => {
  const [rows = 0, columns = 0] = kernel.map((side, axis) => {
    const extent = (dilation[axis] ?? 1) * (side - 1) + 1
    return (extent - (stride[axis] ?? 1)) / 2
  })
  return { stride: [1, 1], padding: [rows, columns, rows, columns] }
})

function readOutputPadding(values: readonly number[] = [0], stride: Pair): Pair {
  const [rows = 0, columns = rows] = values
  if (values.length <= 2 && rows < stride[0] && columns < stride[1]) return [rows, columns]
  throw new NotationValueError('output padding takes one or two numbers less than the stride', {
    received: `o${values.join('x')} with stride ${stride.join('×')}`,
    expected: stride.every((side) => side === 1) ? 'no o' : `at most o${stride.map((side) => side - 1).join('x')}`,
  })
}

function outputOf(attributes: TransposedConvAttributes, { height, width }: Volume): Volume {
  const { kernel, stride, padding, dilation, outputPadding, filters } = attributes
  const side = (axis: 0 | 1, input: number) => {
    const extent = dilation[axis] * (kernel[axis] - 1) + 1
    return (input - 1) * stride[axis] - padding[axis] - padding[(axis + 2) as 2 | 3] + extent + outputPadding[axis]
  }
  return { height: side(0, height), width: side(1, width), channels: filters }
}

export const transposedConv: Layer<TransposedConvAttributes, Parameters, 'tconv'> = {
  type: 'tconv',
  notation: {
    word: 'TCONV',
    form: {
      ...window.form,
      count: 'required',
      options: { ...window.form.options, g: 'groups', o: 'output padding' },
      flags: { nobias: 'no bias' },
      example: 'TCONV4-64 s2 p1',
    },
    read(parts) {
      const spec = window.read(parts)
      if (spec.padding.some((side) => !Number.isInteger(side) || side < 0)) {
        throw new NotationValueError(
          'no symmetric padding makes the sides a multiple of the stride, so the padding must be written',
          {
            received: `a ${printWindow({ ...spec, padding: [0, 0, 0, 0] }).replace(' p0', '')} filter without p`,
            expected: `p and o, as in TCONV3-64 s2 p1 o1, or a filter such as TCONV4-64 s2`,
          },
        )
      }
      const outputPadding = readOutputPadding(parts.options?.o, spec.stride)
      return { ...readFilters(parts), ...spec, outputPadding, bias: !(parts.flags ?? []).includes('nobias') }
    },
    write(attributes) {
      const { size, options } = window.write(attributes)
      const { filters, groups, outputPadding, bias } = attributes
      return {
        size,
        count: filters,
        options: {
          ...options,
          ...(groups === 1 ? {} : { g: [groups] }),
          ...(outputPadding.every((side) => side === 0) ? {} : { o: writePair(outputPadding) }),
        },
        flags: bias ? [] : ['nobias'],
      }
    },
  },
  attributes: object({
    filters: countSchema,
    ...window.schema,
    outputPadding: listOf(number({ whole: true, min: 0, max: 65535 }), 2),
    groups: number({ whole: true, min: 1 }),
    bias: boolean,
  }),
  inputs: oneInput,
  output(attributes, volume) {
    const { stride, outputPadding } = attributes
    expectGroups(attributes, volume)
    if (outputPadding[0] >= stride[0] || outputPadding[1] >= stride[1]) {
      throw new VolumeError('output padding must be less than the stride', {
        received: `output padding ${outputPadding.join('×')}, stride ${stride.join('×')}`,
        expected: `at most ${stride.map((side) => side - 1).join('×')}`,
      })
    }
    const output = outputOf(attributes, volume)
    if (output.height >= 1 && output.width >= 1) return output
    throw new VolumeError('the padding cuts off the whole result', {
      received: `${printVolume(volume)} becomes ${printVolume(output)}`,
      expected: 'less padding, or a larger filter',
    })
  },
  parameters({ kernel, stride, filters, groups, bias }, { channels }) {
    const area = kernel[0] * kernel[1]
    // An output value gets one in S·S of a filter's taps.
    const fans = { fanIn: (area * channels) / groups / (stride[0] * stride[1]), fanOut: (area * filters) / groups }
    return [
      {
        name: 'filters',
        shape: [kernel[0], kernel[1], filters / groups, channels],
        initial: { kind: 'he', ...fans },
        role: 'learned',
        decays: true,
        pytorch: pytorchFilters,
      },
      ...optionalBias(bias, filters),
    ]
  },
  macs: ({ kernel, filters, groups }, { height, width, channels }) =>
    height * width * channels * kernel[0] * kernel[1] * (filters / groups),
  sight({ kernel, stride, dilation, padding, outputPadding }) {
    const [rows, columns] = [dilation[0] * (kernel[0] - 1), dilation[1] * (kernel[1] - 1)]
    const [top, left, bottom, right] = padding
    const [below, beside] = outputPadding
    const sides = [rows - top, columns - left, rows - bottom + below, columns - right + beside] as const
    return {
      kind: 'upsample',
      factor: stride,
      zeros: true,
      window: { kernel, stride: [1, 1], padding: sides, dilation },
    }
  },
  lower({ attributes, x, parameters: { filters, bias }, emit }) {
    const output = outputOf(attributes, x.volume)
    // The convolution that this is the transpose of goes from the output to the input.
    const geometry = {
      window: windowOn(attributes, output),
      channels: attributes.filters,
      filters: x.volume.channels,
      groups: attributes.groups,
    }
    const biases = bias === undefined ? [] : [bias]
    return only(emit(transposed, { ...geometry, bias: attributes.bias, activation: 'none' }, [x, filters, ...biases]))
  },
  describe(attributes) {
    const { filters, groups, outputPadding, bias } = attributes
    const parts = [`${printWindow(attributes)}`, `${filters} filters`]
    if (outputPadding.some((side) => side > 0)) parts.push(`output padding ${outputPadding.join('×')}`)
    if (groups > 1) parts.push(`${groups} groups`)
    return [...parts, ...(bias ? [] : ['no bias'])].join(', ')
  },
}
