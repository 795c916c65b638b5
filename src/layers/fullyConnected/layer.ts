/**
 * FC: every neuron sees the whole volume. It is a CONV whose filter covers the map (the notes' FC → CONV), and in our
 * layout the very same numbers: filters [H, W, D, K] are the matrix [H·W·D, K].
 */

import * as z from 'zod'
import { volumeSize } from '../../core/index.ts'
import { batchGeometry } from '../../ops/conv2d/geometry.ts'
import { conv2d } from '../../ops/conv2d/op.ts'
import { windowOn } from '../../ops/window.ts'
import { NotationValueError } from '../errors.ts'
import { only, optionalBias } from '../parts.ts'
import type { Layer } from '../types.ts'
import { wholeWindow } from '../window.ts'

interface FullyConnectedAttributes {
  /** K, neurons. */
  readonly units: number
  readonly bias: boolean
}

const point = { height: 1, width: 1 }

export const fullyConnected: Layer<FullyConnectedAttributes> = {
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
  attributes: z.strictObject({
    units: z
      .number()
      .int()
      .min(1)
      .max(1 << 24),
    bias: z.boolean(),
  }),
  inputs: { min: 1, max: 1 },
  output: ({ units }) => ({ ...point, channels: units }),
  parameters({ units, bias }, inputs) {
    const { height, width, channels } = only(inputs)
    return [
      {
        name: 'filters',
        shape: [height, width, channels, units],
        initial: { kind: 'he', fanIn: height * width * channels, fanOut: units },
        role: 'learned',
        decays: true,
      },
      ...optionalBias(bias, units),
    ]
  },
  macs: ({ units }, inputs) => volumeSize(only(inputs)) * units,
  window: (_, inputs) => wholeWindow(only(inputs)),
  lower({ emit, batch, largestBatch }, { units, bias }, inputs, parameters) {
    const x = only(inputs)
    const [, height = 1, width = 1, depth = 1] = x.shape
    const channels = height * width * depth
    const volume = { ...point, channels }
    const window = windowOn(wholeWindow(volume), volume)
    const geometry = { ...batchGeometry(batch, largestBatch), window, channels, filters: units, groups: 1 }
    return only(emit(conv2d, { ...geometry, bias, activation: 'none' }, [x, ...parameters.values()]))
  },
  describe: ({ units, bias }) => `${units} neurons${bias ? '' : ', no bias'}`,
}
