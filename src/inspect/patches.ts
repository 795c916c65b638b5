/** The parts of images that excite units most, a row for each unit (Zeiler and Fergus 2014, figure 2). */

import type { UnitPatches } from '../insight/topPatches.ts'
import { type PictureBytes, pictureOf } from './picture.ts'
import type { Picture } from './png.ts'
import { thumbnail } from './space/thumbnails.ts'
import { drawTiles } from './tiles.ts'

/** Each patch is scaled to this many pixels, its longer side; gray is outside of the image. */
const side = 64

/** @param units of one layer, as `topPatches` gives them */
export function patchSheet(images: PictureBytes, units: readonly UnitPatches[]): Picture {
  const across = Math.max(1, ...units.map(({ patches }) => patches.length))
  const whole = new Map<number, Picture>()
  const tiles = units.flatMap(({ patches }) =>
    Array.from({ length: across }, (_, at): Picture | undefined => {
      const patch = patches[at]
      if (patch === undefined) return undefined
      const picture = whole.get(patch.index) ?? pictureOf(images, patch.index)
      whole.set(patch.index, picture)
      return thumbnail(squared(picture, patch), side)
    }),
  )
  return drawTiles(
    { count: Math.max(1, tiles.length), rows: side, columns: side, across, gap: 3 },
    (tile, row, column) => {
      const pixels = tiles[tile]?.pixels
      const at = 4 * (row * side + column)
      return pixels === undefined ? gray : [pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number]
    },
  ).picture
}

const gray = [128, 128, 128] as const

/** The patch in the middle of a gray square. */
function squared({ width, pixels }: Picture, patch: UnitPatches['patches'][number]): Picture {
  const length = Math.max(patch.height, patch.width)
  const square = new Uint8Array(4 * length * length).fill(128)
  for (let i = 3; i < square.length; i += 4) square[i] = 255
  const [down, right] = [Math.floor((length - patch.height) / 2), Math.floor((length - patch.width) / 2)]
  for (let row = 0; row < patch.height; row++) {
    const from = 4 * ((patch.top + row) * width + patch.left)
    square.set(pixels.subarray(from, from + 4 * patch.width), 4 * ((down + row) * length + right))
  }
  return { width: length, height: length, pixels: square }
}
