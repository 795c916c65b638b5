/** Layers work on channels. Two turns of the axes bring any other axis to their place and back, which only moves values. */

import type { Wire } from '../../networkBuilder.ts'
import { type Context, given, Obstacle } from './context.ts'
import { type Activation, type Dimension, sameDimension, whole } from './values.ts'

type Axis = 'h' | 'w' | 'c'

/** What layers make of the channels, on this axis of x; they may change its length. */
export function alongAxis(context: Context, x: Activation, axis: number, work: (wire: Wire) => Wire): Activation {
  const root = axisOfVolume(x, axis)
  const { volume } = x.wire
  const out = work(asChannels(context, x.wire, root))
  const length = out.volume.channels
  return context.made(fromChannels(context, out, root, volume), x.dimensions.with(axis, whole(root, length)))
}

/** Values of several activations next to each other on this axis. */
export function joinedAlong(context: Context, values: readonly Activation[], axis: number): Activation {
  const [first] = values as readonly [Activation, ...Activation[]]
  const root = axisOfVolume(values.find((value) => (value.dimensions[axis] ?? []).length > 0) ?? first, axis)
  const parts = values.map((value) => {
    const isAlike = value.dimensions.every(
      (dimension, at) => at === axis || sameDimension(dimension, first.dimensions[at] ?? []),
    )
    const side = { h: value.wire.volume.height, w: value.wire.volume.width, c: value.wire.volume.channels }[root]
    if (!isAlike || !sameDimension(value.dimensions[axis] ?? [], whole(root, side)))
      throw new Obstacle('joining values in different arrangements')
    return asChannels(context, value.wire, root)
  })
  const wire = context.layer('CONCAT', {}, parts)
  const out = fromChannels(context, wire, root, first.wire.volume)
  return context.made(out, first.dimensions.with(axis, whole(root, wire.volume.channels)))
}

/** The most values of a matrix that only picks: larger ones would cost more than the network around them. */
const mostPicked = 1 << 20

/** These channels, in any order and as often as wanted: 1×1 filters with a single 1 each. */
export function picked(context: Context, wire: Wire, indices: readonly number[]): Wire {
  const { channels } = wire.volume
  const [from = 0] = indices
  if (indices.every((index, at) => index === from + at))
    return indices.length === channels
      ? wire
      : context.layer('SLICE', { count: indices.length, options: { from: [from] } }, [wire])
  const count = indices.length
  if (count * channels > mostPicked) throw new Obstacle(`${count} of ${channels} channels, picked in any order`)
  const filters = new Float32Array(channels * count)
  for (const [to, index] of indices.entries()) filters[index * count + to] = 1
  return context.layer('CONV', { size: [1], count, flags: ['nobias'] }, [wire], {
    filters: given(filters, [1, 1, channels, count]),
  })
}

function axisOfVolume({ wire, dimensions }: Activation, axis: number): Axis {
  const { height, width, channels } = wire.volume
  const dimension: Dimension = dimensions[axis] ?? []
  const sides = { c: channels, h: height, w: width }
  // An axis of length 1 is whichever has this length.
  for (const root of ['c', 'h', 'w'] as const) if (sameDimension(dimension, whole(root, sides[root]))) return root
  throw new Obstacle(
    dimension.some(({ root }) => root === 'n') ? 'an axis that is the batch' : 'an axis that is part of another',
  )
}

function asChannels(context: Context, wire: Wire, root: Axis): Wire {
  const { height, width, channels } = wire.volume
  if (root === 'c') return wire
  if (root === 'w') {
    const flat = context.layer('FLATTEN', { flags: ['chw'] }, [wire])
    return context.layer('RESHAPE', { volume: [channels, height, width] }, [flat])
  }
  const rows = context.layer('RESHAPE', { volume: [1, height, width * channels] }, [wire])
  const flat = context.layer('FLATTEN', { flags: ['chw'] }, [rows])
  return context.layer('RESHAPE', { volume: [width, channels, height] }, [flat])
}

/** The way back to a volume with these other sides. */
function fromChannels(context: Context, wire: Wire, root: Axis, { height, width, channels }: Wire['volume']): Wire {
  if (root === 'c') return wire
  const length = wire.volume.channels
  const flat = context.layer('FLATTEN', {}, [wire])
  if (root === 'w') return context.layer('RESHAPE', { volume: [height, length, channels], flags: ['chw'] }, [flat])
  const rows = context.layer('RESHAPE', { volume: [1, length, width * channels], flags: ['chw'] }, [flat])
  return context.layer('RESHAPE', { volume: [length, width, channels] }, [rows])
}
