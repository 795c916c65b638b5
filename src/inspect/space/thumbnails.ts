/** Many small pictures as one sheet, which a page loads once. */

import type { Picture } from '../png.ts'
import { drawTiles, type TileSheet } from '../tiles.ts'

/** The center of a picture, scaled to side × side by averages (or by repetition, where it is smaller), on black where it is transparent. */
export function thumbnail({ width, height, pixels }: Picture, side: number): Picture {
  const cropped = Math.min(width, height)
  const [left, top] = [Math.floor((width - cropped) / 2), Math.floor((height - cropped) / 2)]
  const small = new Uint8Array(4 * side * side)
  const bound = (at: number) => Math.floor((at * cropped) / side)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [y0, x0] = [bound(y), bound(x)]
      const [y1, x1] = [Math.max(y0 + 1, bound(y + 1)), Math.max(x0 + 1, bound(x + 1))]
      let [red, green, blue] = [0, 0, 0]
      for (let row = y0; row < y1; row++)
        for (let column = x0; column < x1; column++) {
          const at = 4 * ((top + row) * width + left + column)
          const alpha = (pixels[at + 3] as number) / 255
          red += alpha * (pixels[at] as number)
          green += alpha * (pixels[at + 1] as number)
          blue += alpha * (pixels[at + 2] as number)
        }
      const area = (y1 - y0) * (x1 - x0)
      small.set([Math.round(red / area), Math.round(green / area), Math.round(blue / area), 255], 4 * (y * side + x))
    }
  return { width: side, height: side, pixels: small }
}

/** Thumbnails side by side without gaps, `across` in a row. */
export function thumbnailSheet(pictures: readonly Picture[], side: number, across: number): TileSheet {
  const small = pictures.map((picture) => thumbnail(picture, side))
  return drawTiles({ count: small.length, rows: side, columns: side, across, gap: 0 }, (tile, row, column) => {
    const { pixels } = small[tile] as Picture
    const at = 4 * (row * side + column)
    return [pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number]
  })
}
