/** The filters of a layer as a picture: what the notes show of AlexNet's first layer. */

import type { Shape } from '../core/shapes.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import type { Picture } from './png.ts'

/**
 * Name of the first weights that look at the picture itself through a window; a network that begins with FC has its
 * templates there. Undefined where no layer learns.
 */
export function firstFilters(network: Network): string | undefined {
  for (const { node, parameters } of inferVolumes(network)) {
    const found = parameters.find(({ role, shape }) => role === 'learned' && shape.length === 4)
    if (found !== undefined) return `${node.name}.${found.name}`
  }
  return undefined
}

/** More would be specks. */
const mostTiles = 256
const gap = 1

/**
 * A tile a filter: in color where it looks at three channels, in grey where at one; with other depths a row a filter and
 * a tile a channel. Each filter is scaled by its own largest weight; middle grey is 0, gaps are transparent.
 *
 * @param filters [F, F, C, K]
 */
export function filtersPicture(filters: ArrayLike<number>, shape: Shape): Picture {
  const [rows = 1, columns = 1, depth = 1, count = 1] = shape
  const { tiles, across } = layTiles(depth, count)
  const width = across * (columns + gap) - gap
  const height = Math.ceil(tiles.length / across) * (rows + gap) - gap
  const pixels = new Uint8Array(4 * width * height)
  tiles.forEach(({ filter, channels }, index) => {
    const left = (index % across) * (columns + gap)
    const top = Math.floor(index / across) * (rows + gap)
    const largest = largestOf(filters, count, filter)
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const at = 4 * ((top + y) * width + left + x)
        channels.forEach((channel, color) => {
          const weight = filters[((y * columns + x) * depth + channel) * count + filter] as number
          pixels[at + color] = Math.round(127.5 + (largest > 0 ? (127.5 * weight) / largest : 0))
        })
        pixels[at + 3] = 255
      }
    }
  })
  return { width, height, pixels }
}

interface Tile {
  readonly filter: number
  /** What red, green and blue show. */
  readonly channels: readonly [number, number, number]
}

/** Tiles in the order of reading, and how many stand side by side. */
function layTiles(depth: number, count: number): { tiles: readonly Tile[]; across: number } {
  if (depth === 1 || depth === 3) {
    const channels = depth === 3 ? ([0, 1, 2] as const) : ([0, 0, 0] as const)
    const shown = Math.min(count, mostTiles)
    return { tiles: Array.from({ length: shown }, (_, filter) => ({ filter, channels })), across: Math.min(shown, 16) }
  }
  const across = Math.min(depth, 32)
  const shown = Math.min(count, Math.floor(mostTiles / across))
  const tiles = Array.from({ length: shown * across }, (_, index): Tile => {
    const channel = index % across
    return { filter: Math.floor(index / across), channels: [channel, channel, channel] }
  })
  return { tiles, across }
}

/** Largest magnitude among a filter's weights. */
function largestOf(filters: ArrayLike<number>, count: number, filter: number): number {
  let largest = 0
  for (let i = filter; i < filters.length; i += count) largest = Math.max(largest, Math.abs(filters[i] as number))
  return Number.isFinite(largest) ? largest : 0
}
