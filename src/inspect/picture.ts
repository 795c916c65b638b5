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

/** No side longer than `most` pixels, by averages over squares; a smaller picture stays as it is. */
export function shrunk(picture: Picture, most: number): Picture {
  const factor = Math.ceil(Math.max(picture.width, picture.height) / most)
  if (factor <= 1) return picture
  const [width, height] = [Math.ceil(picture.width / factor), Math.ceil(picture.height / factor)]
  const pixels = new Uint8Array(4 * width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let color = 0; color < 4; color++) {
        let [sum, count] = [0, 0]
        for (let row = y * factor; row < Math.min(picture.height, (y + 1) * factor); row++)
          for (let column = x * factor; column < Math.min(picture.width, (x + 1) * factor); column++) {
            sum += picture.pixels[4 * (row * picture.width + column) + color] as number
            count++
          }
        pixels[4 * (y * width + x) + color] = Math.round(sum / count)
      }
  return { width, height, pixels }
}
