/**
 * LOCAL: a CONV that does not share its filters: each position has separate filters and biases. The notes recommend it for
 * centered images, such as faces, where each position looks for a different feature.
 */

import { boolean, object } from '../../core/schema.ts'
import { local as localOp } from '../../ops/local/op.ts'
import type { Value } from '../../ops/types.ts'
import { printWindow, windowOn } from '../../ops/window.ts'
import { NotationValueError } from '../errors.ts'
import { countSchema, oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'
import {
  expectMiddle,
  keepsSize,
  type WindowAttributes,
  windowNotices,
  windowOutput,
  windowSight,
  windowWord,
} from '../window.ts'

interface LocalAttributes extends WindowAttributes {
  /** K, at each position. */
  readonly filters: number
  readonly bias: boolean
}

interface Parameters {
  /** [H2, W2, F, F, C, K] */
  readonly filters: Value
  /** [H2, W2, K] */
  readonly bias?: Value
}

const window = windowWord(keepsSize)

export const local: Layer<LocalAttributes, Parameters, 'local'> = {
  type: 'local',
  notation: {
    word: 'LOCAL',
    form: { ...window.form, count: 'required', flags: { nobias: 'no bias' }, example: 'LOCAL3-64 s1 p1' },
    read(parts) {
      const spec = window.read(parts)
      expectMiddle(spec)
      const filters = parts.count ?? 0
      if (filters >= 1) return { filters, ...spec, bias: !(parts.flags ?? []).includes('nobias') }
      throw new NotationValueError('LOCAL needs at least one filter', { received: `${filters}`, expected: 'LOCAL3-64' })
    },
    write({ filters, bias, ...spec }) {
      return { ...window.write(spec), count: filters, flags: bias ? [] : ['nobias'] }
    },
  },
  attributes: object({ filters: countSchema, ...window.schema, bias: boolean }),
  inputs: oneInput,
  output(attributes, volume) {
    const [height, width] = windowOutput(attributes, volume)
    return { height, width, channels: attributes.filters }
  },
  parameters(attributes, volume) {
    const { kernel, filters, bias } = attributes
    const sides = windowOutput(attributes, volume)
    const area = kernel[0] * kernel[1]
    const fans = { fanIn: area * volume.channels, fanOut: area * filters }
    const shape = [...sides, ...kernel, volume.channels, filters]
    const weights = { name: 'filters', shape, initial: { kind: 'he', ...fans }, role: 'learned', decays: true } as const
    if (!bias) return [weights]
    const zero = { kind: 'constant', value: 0 } as const
    return [weights, { name: 'bias', shape: [...sides, filters], initial: zero, role: 'learned', decays: false }]
  },
  macs(attributes, volume) {
    const [height, width] = windowOutput(attributes, volume)
    return height * width * attributes.filters * attributes.kernel[0] * attributes.kernel[1] * volume.channels
  },
  sight: windowSight,
  notices: windowNotices,
  lower({ attributes, x, parameters: { filters, bias }, emit }) {
    const geometry = {
      window: windowOn(attributes, x.volume),
      channels: x.volume.channels,
      filters: attributes.filters,
    }
    const biases = bias === undefined ? [] : [bias]
    return only(emit(localOp, { ...geometry, bias: attributes.bias, activation: 'none' }, [x, filters, ...biases]))
  },
  describe: (attributes) =>
    `${printWindow(attributes)}, ${attributes.filters} filters per position${attributes.bias ? '' : ', no bias'}`,
}
