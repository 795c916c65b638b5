/** The filters of a layer as a picture: what the notes show of AlexNet's first layer, and the same of deeper ones. */

import { ArgumentError } from '../core/errors.ts'
import { checkIndices, checkWhole } from '../core/numbers.ts'
import { checkOptions } from '../core/options.ts'
import { printShape, type Shape, sizeOf } from '../core/shapes.ts'
import { counted } from '../core/text.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { type ColorScale, colorAt, type Rgb } from './colors.ts'
import type { Picture } from './png.ts'
import { drawTiles, type TilePlace } from './tiles.ts'

/**
 * Name of the first weights that look at the picture itself through a window; a network that begins with FC has its
 * templates there. Filters of 1×1 (which mix or shift colors) come second. Undefined where no layer learns.
 */
export function firstFilters(network: Network): string | undefined {
  let first: string | undefined
  for (const { node, parameters } of inferVolumes(network)) {
    const found = parameters.find(({ role, shape }) => role === 'learned' && shape.length === 4)
    if (found === undefined) continue
    const name = `${node.name}.${found.name}`
    if ((found.shape[0] as number) * (found.shape[1] as number) > 1) return name
    first ??= name
  }
  return first
}

/** More would be specks. */
const mostTiles = 256

export interface FilterTilesOptions {
  /** Numbers of the filters. Default: the first ones, as many as fit. */
  readonly filters?: readonly number[] | undefined
  /** Numbers of the channels, where filters do not look at colors. Default: the first ones, 32 at most. */
  readonly channels?: readonly number[] | undefined
  /** Tiles at most. Default 256. */
  readonly most?: number | undefined
  /** Pixels of a weight. Default 1. */
  readonly scale?: number | undefined
  /** Whether the three channels are blue, green and red: `normalization.colors === 'bgr'`. Default false. */
  readonly bgr?: boolean | undefined
  /** Of filters that do not look at colors. Default `gray`; in `signed`, blue is negative and orange positive. */
  readonly colors?: ColorScale | undefined
}

export interface FilterTile extends TilePlace {
  readonly filter: number
  /** Absent where the tile shows three channels as colors. */
  readonly channel?: number
}

export interface FilterTiles {
  readonly picture: Picture
  readonly tiles: readonly FilterTile[]
  /** What is drawn, and of how many: one sentence. */
  readonly says: string
}

/**
 * A tile a filter: in color where it looks at three channels, in gray where at one; with other depths a row a filter and
 * a tile a channel; filters of 1×1 are a row of cells each. Each filter is scaled by its own largest weight; the middle of
 * the scale is 0, gaps are transparent.
 *
 * @param filters [F, F, C, K]
 * @throws {ArgumentError} another shape or number of values, or filters or channels that there are not
 */
export function filterTiles(filters: ArrayLike<number>, shape: Shape, options: FilterTilesOptions = {}): FilterTiles {
  checkOptions<FilterTilesOptions>('filterTiles', options, {
    filters: true,
    channels: true,
    most: true,
    scale: true,
    bgr: true,
    colors: true,
  })
  checkShape(filters, shape)
  const [rows = 1, columns = 1, depth = 1, count = 1] = shape
  const { most = mostTiles, scale = 1, bgr = false, colors = 'gray' } = options
  checkWhole('most', most, 1, 2 ** 16)
  checkWhole('scale', scale, 1, 64)
  const isColor = depth === 3 && options.channels === undefined
  const channels = isColor ? [0] : chosen('channel', options.channels, depth, Math.min(depth, 32, most))
  const room = Math.max(1, Math.floor(most / channels.length))
  const shown = chosen('filter', options.filters, count, Math.min(count, room))
  const largest = shown.map((filter) => largestOf(filters, count, filter))
  const tileOf = (index: number) =>
    [Math.floor(index / channels.length), channels[index % channels.length] as number] as const
  const weightAt = (tile: number, row: number, column: number, channel: number) => {
    const weight = filters[((row * columns + column) * depth + channel) * count + (shown[tile] as number)] as number
    return 0.5 + ((largest[tile] as number) > 0 ? (0.5 * weight) / (largest[tile] as number) : 0)
  }
  const across = channels.length === 1 ? Math.min(shown.length, 16) : channels.length
  const size = { count: shown.length * channels.length, rows, columns, across, scale, gap: Math.ceil(scale / 3) }
  const { picture, places } = drawTiles(size, (index, row, column): Rgb => {
    const [tile, channel] = tileOf(index)
    if (!isColor) return colorAt(colors, weightAt(tile, row, column, channel))
    const [first, last] = bgr ? [2, 0] : [0, 2]
    const at = (each: number) => Math.round(255 * weightAt(tile, row, column, each))
    return [at(first), at(1), at(last)]
  })
  const tiles = places.map((place, index): FilterTile => {
    const [tile, channel] = tileOf(index)
    return { ...place, filter: shown[tile] as number, ...(isColor ? {} : { channel }) }
  })
  return { picture, tiles, says: sentence(shape, shown.length, isColor ? depth : channels.length) }
}

/** `64 of 512 filters of 3×3×256, 4 of 256 channels each` */
function sentence([rows, columns, depth = 1, count = 1]: Shape, filters: number, channels: number): string {
  const some = filters < count ? `${filters} of ` : ''
  const each = channels < depth ? `, ${channels} of ${counted(depth, 'channel')} each` : ''
  return `${some}${counted(count, 'filter')} of ${rows}×${columns}×${depth}${each}`
}

/** The same with its defaults, without anything beside the picture. */
export function filtersPicture(filters: ArrayLike<number>, shape: Shape): Picture {
  return filterTiles(filters, shape).picture
}

function checkShape(filters: ArrayLike<number>, shape: Shape): void {
  if (
    shape.length === 4 &&
    shape.every((side) => Number.isInteger(side) && side > 0) &&
    filters.length === sizeOf(shape)
  )
    return
  throw new ArgumentError('these are no filters', {
    received: `${filters.length} values of the shape ${printShape(shape)}`,
    expected: '[F, F, C, K], as model.weights.get gives them',
  })
}

function chosen(what: string, asked: readonly number[] | undefined, count: number, usual: number): readonly number[] {
  return asked === undefined ? Array.from({ length: usual }, (_, index) => index) : checkIndices(what, asked, count)
}

/** Largest magnitude among a filter's weights. */
function largestOf(filters: ArrayLike<number>, count: number, filter: number): number {
  let largest = 0
  for (let i = filter; i < filters.length; i += count) largest = Math.max(largest, Math.abs(filters[i] as number))
  return Number.isFinite(largest) ? largest : 0
}
