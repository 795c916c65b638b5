/** The activations of a layer as tiles, one for each channel. */

import { ArgumentError } from '../core/errors.ts'
import { checkIndices, checkWhole } from '../core/numbers.ts'
import { checkOptions } from '../core/options.ts'
import { printVolume, type Volume, volumeSize } from '../core/shapes.ts'
import { counted } from '../core/text.ts'
import { type ColorScale, colorAt, colorScales } from './colors.ts'
import type { Picture } from './png.ts'
import { drawTiles, type TilePlace } from './tiles.ts'

export interface ActivationTilesOptions {
  /** Numbers of the channels. Default: those with the largest values first, 64 at most; of 1×1 maps all, in their order. */
  readonly channels?: readonly number[] | undefined
  /** Tiles at most, unless channels are chosen. Default 64; of 1×1 maps 4,096. */
  readonly most?: number | undefined
  /** Side of a tile in pixels, about: values are enlarged or averaged to fit. Default 56. */
  readonly side?: number | undefined
  /** Default: `viridis` where no value is negative, else `signed`. */
  readonly colors?: ColorScale | undefined
  /**
   * The value that gets the end of the scale. `layer`: the largest magnitude of the layer; `channel`: of each
   * channel, whose peak each tile names. Default `channel`; of 1×1 maps `layer`.
   */
  readonly scale?: 'layer' | 'channel' | undefined
}

export interface ActivationTile extends TilePlace {
  readonly channel: number
  /** The largest value of the channel. */
  readonly peak: number
}

export interface ActivationTiles {
  readonly picture: Picture
  readonly tiles: readonly ActivationTile[]
  /** Pixels of a tile. */
  readonly width: number
  readonly height: number
  /** What is drawn, and of how many; one sentence. */
  readonly says: string
}

/**
 * 0 is dark. Values that are not finite are magenta. Maps of one position are cells of a grid, in the order of channels.
 *
 * @param values [h, w, c]
 * @throws {ArgumentError} another number of values, or channels that the layer does not have
 */
export function activationTiles(
  values: ArrayLike<number>,
  volume: Volume,
  options: ActivationTilesOptions = {},
): ActivationTiles {
  checkOptions<ActivationTilesOptions>('activationTiles', options, {
    channels: true,
    most: true,
    side: true,
    colors: true,
    scale: true,
  })
  if (values.length !== volumeSize(volume)) {
    throw new ArgumentError('these are not the values of the layer', {
      received: `${values.length} values`,
      expected: `${volumeSize(volume)}, ${printVolume(volume)}`,
    })
  }
  const isPoint = volume.height * volume.width === 1
  const { most = isPoint ? 4096 : 64, side = 56, scale = isPoint ? 'layer' : 'channel' } = options
  checkWhole('most', most, 1, 2 ** 16)
  checkWhole('side', side, 1, 1024)
  const { peaks, sizes, hasNegative } = extentsOf(values, volume.channels)
  const { colors = hasNegative ? 'signed' : 'viridis' } = options
  if (!colorScales.includes(colors))
    throw new ArgumentError('no such scale of colors', { received: String(colors), expected: colorScales.join(', ') })
  const channels = chosen(options.channels, volume.channels, most, isPoint ? undefined : peaks)
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0)
  const reach = (channel: number) => (scale === 'channel' ? (sizes[channel] as number) : largest)
  // Large maps are averaged over squares, small ones enlarged.
  const shrink = isPoint ? 1 : Math.max(1, Math.round(Math.max(volume.height, volume.width) / side))
  const rows = Math.ceil(volume.height / shrink)
  const columns = Math.ceil(volume.width / shrink)
  const enlarge = isPoint ? 9 : Math.max(1, Math.floor(side / Math.max(rows, columns)))
  const across = isPoint
    ? Math.min(channels.length, 64)
    : Math.min(channels.length, Math.max(1, Math.floor(960 / (columns * enlarge + 3))))
  const size = { count: channels.length, rows, columns, across, scale: enlarge, gap: isPoint ? 1 : 3 }
  const { picture, places } = drawTiles(size, (tile, row, column) => {
    const channel = channels[tile] as number
    const share = meanAt(values, volume, channel, row * shrink, column * shrink, shrink) / (reach(channel) || 1)
    return colorAt(colors, colors === 'signed' ? 0.5 + 0.5 * share : share)
  })
  const some = channels.length < volume.channels ? `${channels.length} of ` : ''
  const order = some !== '' && options.channels === undefined && !isPoint ? ', those with the largest values' : ''
  const shrunk = shrink > 1 ? `; each pixel is the mean of ${shrink}×${shrink} values` : ''
  return {
    picture,
    tiles: places.map((place, tile) => ({
      ...place,
      channel: channels[tile] as number,
      peak: peaks[channels[tile] as number] as number,
    })),
    width: columns * enlarge,
    height: rows * enlarge,
    says: `${some}${counted(volume.channels, 'channel')} of ${volume.height}×${volume.width}${order}${shrunk}`,
  }
}

/** Of each channel the largest value and the largest magnitude. */
function extentsOf(values: ArrayLike<number>, channels: number) {
  const peaks = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY)
  const sizes = new Float64Array(channels)
  let hasNegative = false
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (!Number.isFinite(value)) continue
    const channel = i % channels
    if (value < 0) hasNegative = true
    if (value > (peaks[channel] as number)) peaks[channel] = value
    if (Math.abs(value) > (sizes[channel] as number)) sizes[channel] = Math.abs(value)
  }
  return { peaks, sizes, hasNegative }
}

/** Of a square of the map, what of it there is. */
function meanAt(
  values: ArrayLike<number>,
  { height, width, channels }: Volume,
  channel: number,
  top: number,
  left: number,
  side: number,
): number {
  let [sum, count] = [0, 0]
  for (let y = top; y < Math.min(height, top + side); y++)
    for (let x = left; x < Math.min(width, left + side); x++) {
      sum += values[(y * width + x) * channels + channel] as number
      count++
    }
  return Number.isFinite(sum) ? sum / count : Number.NaN
}

function chosen(
  asked: readonly number[] | undefined,
  count: number,
  most: number,
  peaks: Float64Array | undefined,
): readonly number[] {
  if (asked === undefined) {
    const all = Array.from({ length: count }, (_, channel) => channel)
    if (count <= most || peaks === undefined) return all.slice(0, most)
    const rank = (channel: number) => peaks[channel] as number
    return all.sort((a, b) => (rank(b) > rank(a) ? 1 : rank(b) < rank(a) ? -1 : a - b)).slice(0, most)
  }
  return checkIndices('channel', asked, count)
}
