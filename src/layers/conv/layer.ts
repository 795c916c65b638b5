/**
 * CONV: K filters of F×F×(C/groups), shared by every position. W2 = (W1 − F + 2P)/S + 1; F·F·D1 weights a filter, and a
 * bias each. Without options the stride is 1 and P = (F − 1)/2, so that the size is kept (the notes' usual setting).
 */

import { boolean, number, object } from '../../core/schema.ts'
import { conv2d } from '../../ops/conv2d/op.ts'
import type { Value } from '../../ops/types.ts'
import { printWindow, windowOn } from '../../ops/window.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import { countSchema, oneInput, only, optionalBias, pytorchFilters } from '../parts.ts'
import type { Layer } from '../types.ts'
import { type WindowAttributes, windowNotices, windowOutput, windowSight, windowWord } from '../window.ts'

export interface ConvAttributes extends WindowAttributes {
  /** K */
  readonly filters: number
  readonly groups: number
  readonly bias: boolean
}

interface Parameters {
  /** [F, F, C/groups, K] */
  readonly filters: Value
  /** [K] */
  readonly bias?: Value
}

/** P = d·(F − 1)/2 keeps the size; only odd filters have a middle. */
const window = windowWord((kernel, dilation) => {
  const [rows, columns] = [(dilation[0] * (kernel[0] - 1)) / 2, (dilation[1] * (kernel[1] - 1)) / 2]
  return { stride: [1, 1], padding: [rows, columns, rows, columns] }
})

export const conv: Layer<ConvAttributes, Parameters, 'conv'> = {
  type: 'conv',
  notation: {
    word: 'CONV',
    form: {
      ...window.form,
      count: 'required',
      options: { ...window.form.options, g: 'groups' },
      flags: { nobias: 'no bias' },
      example: 'CONV3-64 s1 p1',
    },
    read(parts) {
      const spec = window.read(parts)
      if (spec.padding.some((side) => !Number.isInteger(side))) {
        throw new NotationValueError('a filter with even sides has no middle, so its padding must be written', {
          received: `a ${spec.kernel.join('×')} filter without p`,
          expected: `p0, or an odd filter such as ${spec.kernel[0] + 1}`,
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
      return { filters, ...spec, groups, bias: !(parts.flags ?? []).includes('nobias') }
    },
    write(attributes) {
      const { size, options } = window.write(attributes)
      const { groups, filters, bias } = attributes
      return {
        size,
        count: filters,
        options: groups === 1 ? options : { ...options, g: [groups] },
        flags: bias ? [] : ['nobias'],
      }
    },
  },
  attributes: object({
    filters: countSchema,
    ...window.schema,
    groups: number({ whole: true, min: 1 }),
    bias: boolean,
  }),
  inputs: oneInput,
  output(attributes, volume) {
    if (volume.channels % attributes.groups !== 0 || attributes.filters % attributes.groups !== 0) {
      throw new VolumeError('channels and filters must divide evenly into the groups', {
        received: `${volume.channels} channels and ${attributes.filters} filters in ${attributes.groups} groups`,
        expected: `multiples of ${attributes.groups}`,
      })
    }
    const [height, width] = windowOutput(attributes, volume)
    return { height, width, channels: attributes.filters }
  },
  parameters({ kernel, filters, groups, bias }, { channels }) {
    const depth = channels / groups
    const fanIn = kernel[0] * kernel[1] * depth
    return [
      {
        name: 'filters',
        shape: [kernel[0], kernel[1], depth, filters],
        initial: { kind: 'he', fanIn, fanOut: (kernel[0] * kernel[1] * filters) / groups },
        role: 'learned',
        decays: true,
        pytorch: pytorchFilters,
      },
      ...optionalBias(bias, filters),
    ]
  },
  macs({ kernel, filters, groups, ...attributes }, volume) {
    const [height, width] = windowOutput({ kernel, ...attributes }, volume)
    return height * width * filters * kernel[0] * kernel[1] * (volume.channels / groups)
  },
  sight: windowSight,
  notices: windowNotices,
  lower({ attributes, x, parameters: { filters, bias }, emit }) {
    const geometry = {
      window: windowOn(attributes, x.volume),
      channels: x.volume.channels,
      filters: attributes.filters,
      groups: attributes.groups,
    }
    const biases = bias === undefined ? [] : [bias]
    return only(emit(conv2d, { ...geometry, bias: attributes.bias, activation: 'none' }, [x, filters, ...biases]))
  },
  describe(attributes) {
    const groups = attributes.groups === 1 ? '' : `, ${attributes.groups} groups`
    return `${printWindow(attributes)}, ${attributes.filters} filters${groups}${attributes.bias ? '' : ', no bias'}`
  },
}
