/**
 * Writes one picture of a split as normalized floats, augmented or not. The inner loops of the data path: bytes go
 * through a look-up table straight to their place in the batch, so no picture exists in between.
 */
import type { Volume } from '../../core/shapes.ts'
import type { Augmentation } from '../augmentation.ts'
import { drawInteger } from '../draws.ts'

/** Pictures of one size, side by side: [n, height, width, channels], 0..255. */
export interface Pixels extends Volume {
  readonly images: Uint8Array
}

/** Whether the augmentation `flip` mirrors the picture at this position of an epoch. */
export function isFlipped(key: number, position: number): boolean {
  return drawInteger(key, position, 0, 2) === 1
}

/** Writes the picture as it is: `size` values from byte `from` to float `to`; `offset` as in `channelOffset`. */
export function writePlain(
  pixels: Pixels,
  table: Float32Array,
  offset: number,
  from: number,
  out: Float32Array,
  to: number,
): void {
  const { images, height, width, channels } = pixels
  const size = height * width * channels
  copy(images, from, table, offset, channels, out, to, size / channels, channels)
}

/**
 * Writes the picture cropped out of its padding, mirrored and cut out, as the draws of (key, position) say.
 * Order: crop, flip, cutout. Border and cutout are 0, the mean color.
 */
export function writeAugmented(
  pixels: Pixels,
  table: Float32Array,
  offset: number,
  augmentation: Augmentation,
  key: number,
  position: number,
  from: number,
  out: Float32Array,
  to: number,
  flip = augmentation.flip === true && isFlipped(key, position),
): void {
  const { images, height, width, channels } = pixels
  const { crop = 0, cutout = 0, border } = augmentation
  const top = crop === 0 ? 0 : drawInteger(key, position, 1, 2 * crop + 1) - crop
  const left = crop === 0 ? 0 : drawInteger(key, position, 2, 2 * crop + 1) - crop
  const reflect = border === 'reflect'
  const row = width * channels
  const stride = flip ? -channels : channels
  // The columns x whose source x + left lies inside the picture are one run; the rest is border.
  const first = Math.max(0, -left)
  const last = Math.min(width, width - left)
  for (let y = 0; y < height; y++) {
    const outRow = to + y * row
    let sourceY = y + top
    const inside = sourceY >= 0 && sourceY < height
    if (!inside && !reflect) {
      out.fill(0, outRow, outRow + row)
      continue
    }
    if (!inside) sourceY = mirror(sourceY, height)
    const sourceRow = from + sourceY * row
    for (let x = 0; x < width; x++) {
      if (x === first) x = last
      if (x >= width) break
      const at = outRow + (flip ? width - 1 - x : x) * channels
      if (reflect)
        copy(images, sourceRow + mirror(x + left, width) * channels, table, offset, channels, out, at, 1, channels)
      else out.fill(0, at, at + channels)
    }
    const at = outRow + (flip ? width - 1 - first : first) * channels
    copy(images, sourceRow + (first + left) * channels, table, offset, channels, out, at, last - first, stride)
  }
  if (cutout > 0) cutOut(pixels, cutout, key, position, out, to)
}

/** A square of this side somewhere, clipped, becomes 0. */
export function cutOut(
  { height, width, channels }: Volume,
  side: number,
  key: number,
  position: number,
  out: Float32Array,
  to: number,
): void {
  const top = drawInteger(key, position, 3, height) - (side >> 1)
  const left = drawInteger(key, position, 4, width) - (side >> 1)
  const [x0, x1] = [Math.max(0, left) * channels, Math.min(width, left + side) * channels]
  for (let y = Math.max(0, top); y < Math.min(height, top + side); y++) {
    const row = to + y * width * channels
    out.fill(0, row + x0, row + x1)
  }
}

/** −1 → 1, −2 → 2, size → size − 2: the edge pixel is not repeated (PyTorch's ReflectionPad2d). */
export function mirror(index: number, size: number): number {
  if (index < 0) return -index
  return index < size ? index : 2 * size - 2 - index
}

/** `pixels` pixels in a row through the table; `stride` floats from one written pixel to the next, negative to mirror. */
function copy(
  images: Uint8Array,
  from: number,
  table: Float32Array,
  offset: number,
  channels: number,
  out: Float32Array,
  to: number,
  pixels: number,
  stride: number,
): void {
  if (channels === 1) {
    for (let p = 0, at = to; p < pixels; p++, at += stride) out[at] = table[images[from + p] as number] as number
  } else if (channels === 3) {
    for (let p = 0, at = to, byte = from; p < pixels; p++, at += stride, byte += 3) {
      out[at] = table[images[byte + offset] as number] as number
      out[at + 1] = table[256 + (images[byte + 1] as number)] as number
      out[at + 2] = table[512 + (images[byte + 2 - offset] as number)] as number
    }
  } else {
    for (let p = 0, at = to, byte = from; p < pixels; p++, at += stride, byte += channels)
      for (let c = 0; c < channels; c++) out[at + c] = table[c * 256 + (images[byte + c] as number)] as number
  }
}
