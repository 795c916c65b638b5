/** A picture of a data set, ready to draw. */

import type { Volume } from '../core/shapes.ts'
import type { Picture } from './png.ts'

/** Pictures as bytes; a split of a data set is one. */
export interface PictureBytes extends Volume {
  /** [n, height, width, channels] */
  readonly images: Uint8Array
}

/** One picture as it is: gray where it has fewer than three channels, otherwise the first three as red, green, blue. */
export function pictureOf({ images, height, width, channels }: PictureBytes, index: number): Picture {
  const pixels = new Uint8Array(4 * height * width)
  const from = index * height * width * channels
  for (let p = 0; p < height * width; p++) {
    for (let c = 0; c < 3; c++) pixels[4 * p + c] = images[from + p * channels + (channels < 3 ? 0 : c)] as number
    pixels[4 * p + 3] = 255
  }
  return { width, height, pixels }
}
