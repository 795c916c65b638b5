/**
 * LRN: local response normalization (Krizhevsky et al. 2012), y = x·(k + α·mean(x²))^(−β) over a window of n channels, or with
 * `map` of n×n positions of a channel's map. The mean divides by n (n² in a map) also at the edges, as in Caffe, PyTorch and
 * cuda-convnet; with `sum`, α multiplies the sum, as in the paper. LCN: local contrast normalization: as in a map, but of
 * the distances from the mean over the same window. These are `cmrnorm`, `rnorm` and `cnorm` of cuda-convnet.
 */

import { boolean, either, literal, number, object } from '../../core/schema.ts'
import {
  type LocalResponseAttributes as Geometry,
  localResponse as localResponseOp,
} from '../../ops/localResponse/op.ts'
import { averagePool } from '../../ops/pool/op.ts'
import { type WindowSpec, windowOn } from '../../ops/window.ts'
import { NotationValueError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer, WordForm, WordParts } from '../types.ts'
import { windowSight } from '../window.ts'

interface ResponseAttributes {
  /** n */
  readonly size: number
  readonly alpha: number
  readonly beta: number
  readonly k: number
  /** α multiplies the sum of squares instead of their mean. */
  readonly sum: boolean
}

interface LocalResponseAttributes extends ResponseAttributes {
  readonly over: 'channels' | 'map'
}

/** PyTorch's. */
const usual: ResponseAttributes = { size: 5, alpha: 1e-4, beta: 0.75, k: 1, sum: false }

/** A larger window would be the whole map or depth of any network that uses it. */
const mostTaps = 255

const form = {
  size: 'optional',
  values: {
    alpha: { meaning: 'weight of the squares', kind: 'number' },
    beta: { meaning: 'power', kind: 'number' },
    k: { meaning: 'added to the squares', kind: 'number' },
  },
  flags: { sum: 'alpha multiplies the sum of the squares, not their mean' },
} as const satisfies Partial<WordForm>

const schema = {
  size: number({ whole: true, min: 1, max: mostTaps }),
  alpha: number({ min: 0 }),
  beta: number({ above: 0 }),
  // Below the least float32 it would be 0, and a volume of zeros 0/0.
  k: number({ min: 1e-30 }),
  sum: boolean,
}

function read(word: string, { size = [usual.size], values = {}, flags = [] }: WordParts): ResponseAttributes {
  const [side = usual.size] = size
  if (size.length > 1 || side < 1 || side > mostTaps) {
    throw new NotationValueError(`${word} takes one window size, from 1 to ${mostTaps}`, {
      received: `${word}${size.join('x')}`,
      expected: `${word}${usual.size}`,
    })
  }
  const { alpha, beta, k } = { ...usual, ...values }
  return { size: side, alpha: Number(alpha), beta: Number(beta), k: Number(k), sum: flags.includes('sum') }
}

function write({ size, alpha, beta, k, sum }: ResponseAttributes) {
  return {
    size: [size],
    values: {
      ...(alpha === usual.alpha ? {} : { alpha }),
      ...(beta === usual.beta ? {} : { beta }),
      ...(k === usual.k ? {} : { k }),
    },
    flags: sum ? ['sum'] : [],
  }
}

function geometry({ size, alpha, beta, k, sum }: ResponseAttributes, over: Geometry['over']): Geometry {
  const taps = over === 'map' ? size * size : size
  return { size, over, alpha: sum ? alpha : alpha / taps, beta, k }
}

/** The window of a map around a position; of an even size, one more in front. */
function around(size: number): WindowSpec {
  const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)]
  return { kernel: [size, size], stride: [1, 1], padding: [before, before, after, after], dilation: [1, 1] }
}

function describe({ size, alpha, beta, k, sum }: ResponseAttributes, over: Geometry['over']): string {
  const window = over === 'map' ? `${size}×${size}` : `${size} channels`
  return `${window}, α ${alpha}${sum ? ' of the sum' : ''}, β ${beta}, k ${k}`
}

export const localResponse: Layer<LocalResponseAttributes, object, 'lrn'> = {
  type: 'lrn',
  notation: {
    word: 'LRN',
    form: {
      ...form,
      flags: { map: 'within each map instead of across channels', ...form.flags },
      example: 'LRN5 alpha=0.0001 beta=0.75 k=2',
    },
    read: (parts) => ({ ...read('LRN', parts), over: parts.flags?.includes('map') ? 'map' : 'channels' }),
    write({ over, ...response }) {
      const { flags, ...parts } = write(response)
      return { ...parts, flags: over === 'map' ? ['map', ...flags] : flags }
    },
  },
  attributes: object({ ...schema, over: either(literal('channels'), literal('map')) }),
  inputs: oneInput,
  output: (_, volume) => volume,
  sight: ({ over, size }) => windowSight(around(over === 'map' ? size : 1)),
  lower: ({ attributes, x, emit }) => only(emit(localResponseOp, geometry(attributes, attributes.over), [x])),
  describe: (attributes) => describe(attributes, attributes.over),
}

export const localContrast: Layer<ResponseAttributes, object, 'lcn'> = {
  type: 'lcn',
  notation: {
    word: 'LCN',
    form: { ...form, example: 'LCN9 alpha=0.0001 beta=0.75' },
    read: (parts) => read('LCN', parts),
    write,
  },
  attributes: object(schema),
  inputs: oneInput,
  output: (_, volume) => volume,
  // A position's window sees distances from means, each over its own window.
  sight({ size }) {
    const { padding, ...window } = around(size)
    const [top, left, bottom, right] = padding
    return windowSight({
      ...window,
      kernel: [2 * size - 1, 2 * size - 1],
      padding: [2 * top, 2 * left, 2 * bottom, 2 * right],
    })
  },
  lower({ attributes, x, emit }) {
    const window = windowOn(around(attributes.size), x.volume)
    const mean = only(emit(averagePool, { window, countPadding: false }, [x]))
    return only(emit(localResponseOp, geometry(attributes, 'map'), [x, mean]))
  },
  describe: (attributes) => describe(attributes, 'map'),
}
