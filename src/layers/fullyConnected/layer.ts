/**
 * FC: every neuron sees the whole volume. It is a CONV whose filter covers the map (the notes' FC → CONV), and in our
 * layout the very same numbers: filters [H, W, D, K] are the matrix [H·W·D, K].
 */

import { boolean, object } from '../../core/schema.ts'
import { volumeSize } from '../../core/shapes.ts'
import { conv2d } from '../../ops/conv2d/op.ts'
import type { Value } from '../../ops/types.ts'
import { windowOn } from '../../ops/window.ts'
import { type ConvAttributes, conv } from '../conv/layer.ts'
import { NotationValueError } from '../errors.ts'
import { countSchema, oneInput, only, optionalBias, pytorchFilters } from '../parts.ts'
import type { Layer } from '../types.ts'
import { coversMap, wholeWindow } from '../window.ts'

interface FullyConnectedAttributes {
  /** K, neurons. */
  readonly units: number
  readonly bias: boolean
}

interface Parameters {
  /** [H, W, D, K] */
  readonly filters: Value
  /** [K] */
  readonly bias?: Value
}

const point = { height: 1, width: 1 }

export const fullyConnected: Layer<FullyConnectedAttributes, Parameters, 'fc'> = {
  type: 'fc',
  notation: {
    word: 'FC',
    form: { count: 'required', flags: { nobias: 'no bias' }, example: 'FC-10' },
    read({ count = 0, flags = [] }) {
      if (count >= 1) return { units: count, bias: !flags.includes('nobias') }
      throw new NotationValueError('FC needs at least one neuron', { received: `FC-${count}`, expected: 'FC-10' })
    },
    write: ({ units, bias }) => ({ count: units, flags: bias ? [] : ['nobias'] }),
  },
  attributes: object({
    units: countSchema,
    bias: boolean,
  }),
  inputs: oneInput,
  output: ({ units }) => ({ ...point, channels: units }),
  parameters({ units, bias }, { height, width, channels }) {
    return [
      {
        name: 'filters',
        shape: [height, width, channels, units],
        initial: { kind: 'he', fanIn: height * width * channels, fanOut: units },
        role: 'learned',
        decays: true,
        pytorch: { ...pytorchFilters, flattens: true },
      },
      ...optionalBias(bias, units),
    ]
  },
  macs: ({ units }, volume) => volumeSize(volume) * units,
  sight: () => ({ kind: 'everything' }),
  sliding: {
    window: ({ units, bias }, volume) => ({
      type: conv.type,
      attributes: { filters: units, ...wholeWindow(volume), groups: 1, bias } satisfies ConvAttributes,
    }),
    whole({ type, attributes }, volume) {
      if (type !== conv.type) return undefined
      const { filters, groups, bias, ...window } = attributes as ConvAttributes
      return groups === 1 && coversMap(window, volume) ? { units: filters, bias } : undefined
    },
  },
  lower({ attributes: { units, bias: biased }, x, parameters: { filters, bias }, emit, view }) {
    const volume = { ...point, channels: volumeSize(x.volume) }
    const window = windowOn(wholeWindow(volume), volume)
    const geometry = { window, channels: volume.channels, filters: units, groups: 1 }
    const biases = bias === undefined ? [] : [bias]
    return only(emit(conv2d, { ...geometry, bias: biased, activation: 'none' }, [view(x, volume), filters, ...biases]))
  },
  describe: ({ units, bias }) => `${units} neurons${bias ? '' : ', no bias'}`,
}
