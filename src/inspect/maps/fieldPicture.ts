/** A receptive field on the image: the frame of what can reach a unit, and in colors how much of it does. */

import type { Picture } from '../png.ts'
import { type ImageMap, mapOverlay } from './mapPicture.ts'

export interface DrawnField extends ImageMap {
  /** In pixels of the image; what lies outside is not drawn. */
  readonly window: { readonly top: number; readonly left: number; readonly height: number; readonly width: number }
}

const frame = [34, 197, 94, 255] as const

export function fieldPicture(image: Picture, field: DrawnField): Picture {
  const { width, height, pixels } = mapOverlay(image, field)
  const { top, left } = field.window
  const [bottom, right] = [top + field.window.height - 1, left + field.window.width - 1]
  const dot = (y: number, x: number) => {
    if (y >= 0 && y < height && x >= 0 && x < width) pixels.set(frame, 4 * (y * width + x))
  }
  for (let x = Math.max(0, left); x <= Math.min(width - 1, right); x++) for (const y of [top, bottom]) dot(y, x)
  for (let y = Math.max(0, top); y <= Math.min(height - 1, bottom); y++) for (const x of [left, right]) dot(y, x)
  return { width, height, pixels }
}
