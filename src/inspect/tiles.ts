/** Small pictures in rows, with gaps between them: the sheet that filters and activations are drawn on. */

import { ArgumentError } from '../core/errors.ts'
import type { Rgb } from './colors.ts'
import type { Picture } from './png.ts'

/** Where a tile lies on its sheet, in pixels. */
export interface TilePlace {
  readonly left: number
  readonly top: number
}

export interface SheetSize {
  readonly count: number
  /** Of a tile, in values. */
  readonly rows: number
  readonly columns: number
  /** Tiles side by side. */
  readonly across: number
  /** Pixels of a value, each way. Default 1. */
  readonly scale?: number
  /** Pixels between tiles. Default 1. */
  readonly gap?: number
}

export interface TileSheet {
  readonly picture: Picture
  /** Of each tile. */
  readonly places: readonly TilePlace[]
}

/** A sheet of more would be no picture any more. */
const mostPixels = 2 ** 25

/** Gaps are transparent. Throws `ArgumentError` for a sheet of more than 2²⁵ pixels. */
export function drawTiles(
  { count, rows, columns, across, scale = 1, gap = 1 }: SheetSize,
  color: (tile: number, row: number, column: number) => Rgb,
): TileSheet {
  const [tileWidth, tileHeight] = [columns * scale, rows * scale]
  const width = Math.max(1, across * (tileWidth + gap) - gap)
  const height = Math.max(1, Math.ceil(count / across) * (tileHeight + gap) - gap)
  if (!(width * height <= mostPixels)) {
    throw new ArgumentError('the picture would be too large', {
      received: `${count} tiles of ${tileHeight}×${tileWidth} pixels`,
      expected: `at most ${mostPixels} pixels`,
      advice: 'draw fewer tiles, or a smaller scale',
    })
  }
  const pixels = new Uint8Array(4 * width * height)
  const places = Array.from({ length: count }, (_, tile): TilePlace => {
    return { left: (tile % across) * (tileWidth + gap), top: Math.floor(tile / across) * (tileHeight + gap) }
  })
  places.forEach(({ left, top }, tile) => {
    for (let y = 0; y < tileHeight; y++)
      for (let x = 0; x < tileWidth; x++) {
        const [red, green, blue] = color(tile, Math.floor(y / scale), Math.floor(x / scale))
        pixels.set([red, green, blue, 255], 4 * ((top + y) * width + left + x))
      }
  })
  return { picture: { width, height, pixels }, places }
}
