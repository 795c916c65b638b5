/**
 * FLATTEN and RESHAPE 4x16x4: the same values as another volume, free of cost. Values are in the order H·W·C here, channels
 * fastest. With `chw` they are taken, and for RESHAPE put back, in the order C·H·W of PyTorch's NCHW tensors.
 */

import { boolean, object } from '../../core/schema.ts'
import { printVolume, type Volume, volumeSize } from '../../core/shapes.ts'
import { permute } from '../../ops/permute/op.ts'
import type { Emit, Value } from '../../ops/types.ts'
import { VolumeError } from '../errors.ts'
import { countSchema, oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

interface FlattenAttributes {
  readonly channelsFirst: boolean
}

type ReshapeAttributes = FlattenAttributes & Volume

const flags = { chw: "PyTorch's order of values" }
const written = ({ channelsFirst }: FlattenAttributes) => (channelsFirst ? ['chw'] : [])
const flat = (volume: Volume): Volume => ({ height: 1, width: 1, channels: volumeSize(volume) })

/** Transposes pixels × channels, one of which is fastest; a single one is in both orders already. */
function transposed(emit: Emit, x: Value, [slow, fast]: readonly [number, number], to: Volume): Value | undefined {
  if (slow === 1 || fast === 1) return undefined
  return only(emit(permute, { axes: [slow, fast], order: [1, 0], volume: [to.height, to.width, to.channels] }, [x]))
}

const pixels = ({ height, width }: Volume) => height * width

export const flatten: Layer<FlattenAttributes, object, 'flatten'> = {
  type: 'flatten',
  notation: {
    word: 'FLATTEN',
    form: { flags, example: 'FLATTEN' },
    read: ({ flags = [] }) => ({ channelsFirst: flags.includes('chw') }),
    write: (attributes) => ({ flags: written(attributes) }),
  },
  attributes: object({ channelsFirst: boolean }),
  inputs: oneInput,
  output: (_, volume) => flat(volume),
  sight: () => ({ kind: 'everything' }),
  countsVolume: false,
  lower({ attributes: { channelsFirst }, x, emit, view }) {
    const to = flat(x.volume)
    const order = [pixels(x.volume), x.volume.channels] as const
    return (channelsFirst ? transposed(emit, x, order, to) : undefined) ?? view(x, to)
  },
  describe: ({ channelsFirst }) => (channelsFirst ? 'C·H·W' : ''),
}

export const reshape: Layer<ReshapeAttributes, object, 'reshape'> = {
  type: 'reshape',
  notation: {
    word: 'RESHAPE',
    form: { volume: 'required', flags, example: 'RESHAPE 4x16x4' },
    read({ volume: [height, width, channels] = [1, 1, 1], flags = [] }) {
      return { height, width, channels, channelsFirst: flags.includes('chw') }
    },
    write: (attributes) => ({
      volume: [attributes.height, attributes.width, attributes.channels],
      flags: written(attributes),
    }),
  },
  attributes: object({ height: countSchema, width: countSchema, channels: countSchema, channelsFirst: boolean }),
  inputs: oneInput,
  output({ height, width, channels }, volume) {
    const wanted = { height, width, channels }
    if (volumeSize(wanted) === volumeSize(volume)) return wanted
    throw new VolumeError('RESHAPE must keep the number of values', {
      received: `${printVolume(volume)} (${volumeSize(volume)} values) as ${printVolume(wanted)} (${volumeSize(wanted)})`,
      expected: `sides whose product is ${volumeSize(volume)}`,
    })
  },
  sight: () => ({ kind: 'everything' }),
  countsVolume: false,
  lower({ attributes: { channelsFirst, height, width, channels }, x, emit, view }) {
    const to = { height, width, channels }
    if (!channelsFirst) return view(x, to)
    const from = x.volume
    const line = transposed(emit, x, [pixels(from), from.channels], flat(from)) ?? view(x, flat(from))
    return transposed(emit, line, [channels, pixels(to)], to) ?? view(line, to)
  },
  describe: ({ channelsFirst }) => (channelsFirst ? 'C·H·W' : ''),
}
