/** The filters of a layer as a picture: what the notes show of AlexNet's first layer. */

import type { Shape } from '../core/index.ts'
import { inferVolumes, type Network } from '../network/index.ts'
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
  const colored = depth === 3
  const perFilter = colored ? 1 : depth
  const across = perFilter > 1 ? Math.min(perFilter, 32) : Math.min(count, 16)
  const shown = Math.min(count, perFilter > 1 ? Math.max(1, Math.floor(mostTiles / across)) : mostTiles)
  const down = perFilter > 1 ? shown : Math.ceil(shown / across)
  const wide = Math.min(across, perFilter > 1 ? across : shown)
  const width = wide * (columns + gap) - gap
  const height = down * (rows + gap) - gap
  const pixels = new Uint8Array(4 * width * height)
  for (let filter = 0; filter < shown; filter++) {
    const weight = (y: number, x: number, channel: number) =>
      filters[((y * columns + x) * depth + channel) * count + filter] as number
    const largest = largestOf(filters, count, filter)
    const shade = (value: number) => Math.round(127.5 + (largest > 0 ? (127.5 * value) / largest : 0))
    for (let part = 0; part < Math.min(perFilter, wide); part++) {
      const tileX = (perFilter > 1 ? part : filter % wide) * (columns + gap)
      const tileY = (perFilter > 1 ? filter : Math.floor(filter / wide)) * (rows + gap)
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          const channels = colored ? [0, 1, 2] : [part, part, part]
          const at = 4 * ((tileY + y) * width + tileX + x)
          channels.forEach((channel, index) => {
            pixels[at + index] = shade(weight(y, x, channel))
          })
          pixels[at + 3] = 255
        }
      }
    }
  }
  return { width, height, pixels }
}

/** Largest magnitude among a filter's weights. */
function largestOf(filters: ArrayLike<number>, count: number, filter: number): number {
  let largest = 0
  for (let i = filter; i < filters.length; i += count) largest = Math.max(largest, Math.abs(filters[i] as number))
  return Number.isFinite(largest) ? largest : 0
}
