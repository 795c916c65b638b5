/**
 * Brings an activation into the arrangement that an operator needs. Most of the time it is there already; a channel shuffle,
 * depth-to-space and flattening that were written as reshapes and transposes become the layers that they are.
 */

import type { WordParts } from '../../../layers/types.ts'
import type { Wire } from '../../networkBuilder.ts'
import { type Dimension, joined, type Piece, sameDimension, whole } from './values.ts'

/** The dimensions that an operator takes for channels, rows and columns. */
export interface Wanted {
  readonly channels: Dimension
  readonly rows: Dimension
  readonly columns: Dimension
}

export type AddLayer = (word: string, parts: WordParts, inputs: readonly Wire[]) => Wire

/** The volume with these axes; undefined if no layer makes it. */
export function arrange(wire: Wire, wanted: Wanted, add: AddLayer): Wire | undefined {
  const { height, width, channels } = wire.volume
  const own = { channels: whole('c', channels), rows: whole('h', height), columns: whole('w', width) }
  if (same(wanted, own)) return wire
  const volume: [number, number, number] = [count(wanted.rows), count(wanted.columns), count(wanted.channels)]
  if (volume[0] * volume[1] * volume[2] !== height * width * channels) return undefined
  const isFlat = wanted.rows.length === 0 && wanted.columns.length === 0
  const positions = joined([...wanted.rows, ...wanted.columns, ...wanted.channels])
  if (sameDimension(positions, joined([...own.rows, ...own.columns, ...own.channels])))
    return isFlat ? add('FLATTEN', {}, [wire]) : add('RESHAPE', { volume }, [wire])
  const planes = joined([...wanted.channels, ...wanted.rows, ...wanted.columns])
  if (sameDimension(planes, joined([...own.channels, ...own.rows, ...own.columns]))) {
    const parts = { flags: ['chw'] }
    return isFlat ? add('FLATTEN', parts, [wire]) : add('RESHAPE', { volume, ...parts }, [wire])
  }
  return shuffled(wire, wanted, own, add) ?? pixels(wire, wanted, add) ?? unpixels(wire, wanted, add)
}

function same(a: Wanted, b: Wanted): boolean {
  return sameDimension(a.channels, b.channels) && sameDimension(a.rows, b.rows) && sameDimension(a.columns, b.columns)
}

function count(dimension: Dimension): number {
  return dimension.reduce((product, { size }) => product * size, 1)
}

/** Channels of g groups taken in turn: [inner, outer]. */
function shuffled(wire: Wire, wanted: Wanted, own: Wanted, add: AddLayer): Wire | undefined {
  if (!sameDimension(wanted.rows, own.rows) || !sameDimension(wanted.columns, own.columns)) return undefined
  const [inner, outer, ...others] = wanted.channels
  if (inner === undefined || outer === undefined || others.length > 0) return undefined
  const isShuffle = inner.root === 'c' && outer.root === 'c' && inner.stride === 1 && outer.stride === inner.size
  return isShuffle ? add('SHUFFLE', { options: { g: [outer.size] } }, [wire]) : undefined
}

/** Depth to space: rows [h, part of c], columns [w, part of c]. */
function pixels(wire: Wire, { channels, rows, columns }: Wanted, add: AddLayer): Wire | undefined {
  const { height, width, channels: depth } = wire.volume
  const [down, across] = [innerOf(rows, whole('h', height)), innerOf(columns, whole('w', width))]
  const [kept, ...others] = channels
  if (down === undefined || across === undefined || down.size !== across.size || others.length > 0) return undefined
  const r = down.size
  const left = depth / (r * r)
  const isOurs = (piece: Piece | undefined, size: number, stride: number) =>
    size === 1 ? piece === undefined : piece?.root === 'c' && piece.size === size && piece.stride === stride
  const options = { size: [r] }
  if (isOurs(kept, left, r * r) && down.stride === r && across.stride === 1) return add('PIXELSHUFFLE', options, [wire])
  if (isOurs(kept, left, 1) && down.stride === r * left && across.stride === left)
    return add('PIXELSHUFFLE', { ...options, flags: ['dcr'] }, [wire])
  return undefined
}

/** Of [axis, part of c]: the part. */
function innerOf(dimension: Dimension, axis: Dimension): Piece | undefined {
  const inner = dimension.at(-1)
  return inner?.root === 'c' && sameDimension(dimension.slice(0, -1), axis) ? inner : undefined
}

/** Space to depth: channels [c, part of h, part of w], or with the parts first. */
function unpixels(wire: Wire, { channels, rows, columns }: Wanted, add: AddLayer): Wire | undefined {
  const { height, width, channels: depth } = wire.volume
  const c = whole('c', depth)
  const parts = channels.filter(({ root }) => root !== 'c')
  const [down, across] = parts
  if (parts.length !== 2 || down?.root !== 'h' || across?.root !== 'w' || down.size !== across.size) return undefined
  const r = down.size
  const block = (root: 'h' | 'w', size: number) => (size === r ? [] : [{ root, size: size / r, stride: r }])
  if (!sameDimension(rows, block('h', height)) || !sameDimension(columns, block('w', width))) return undefined
  if (down.stride !== 1 || across.stride !== 1) return undefined
  if (sameDimension(channels, [...c, down, across])) return add('PIXELUNSHUFFLE', { size: [r] }, [wire])
  if (sameDimension(channels, [down, across, ...c])) return add('PIXELUNSHUFFLE', { size: [r], flags: ['dcr'] }, [wire])
  return undefined
}
