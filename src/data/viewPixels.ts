/** The pixels of a view of an image: cropped, reflected at the border, mirrored, and scaled where its size is another. */

import { ArgumentError } from '../core/errors.ts'
import type { Split } from './dataset.ts'
import type { resample } from './resample.ts'
import { loadResample } from './resize.ts'
import type { View } from './views.ts'

interface Sides {
  readonly height: number
  readonly width: number
}

/** Writes a view of one image into `out`, [height, width, channels] of the network's input, at `to`. */
export type WriteView = (split: Split, index: number, view: View, out: Uint8Array, to: number) => void

/**
 * For these views and an input of this size. Scaling is bilinear and antialiased, as Pillow's. What it returns throws
 * `ArgumentError` for images that cannot be scaled: of other than 1 or 3 channels.
 */
export async function viewWriter(views: readonly View[], input: Sides): Promise<WriteView> {
  const isScaled = (view: View) => view.height !== input.height || view.width !== input.width
  const scaling = views.some(isScaled) ? (await loadResample()).resample : undefined
  return (split, index, view, out, to) => {
    if (!isScaled(view) || scaling === undefined) return writeCrop(split, index, view, out, to)
    const pixels = new Uint8Array(view.height * view.width * split.channels)
    writeCrop(split, index, view, pixels, 0)
    out.set(scaled(scaling, pixels, view, split.channels, input), to)
  }
}

function writeCrop(
  { images, height, width, channels }: Split,
  index: number,
  view: View,
  out: Uint8Array,
  to: number,
): void {
  const from = index * height * width * channels
  let at = to
  for (let y = 0; y < view.height; y++) {
    const row = from + reflected(view.top + y, height) * width * channels
    for (let x = 0; x < view.width; x++) {
      const column = view.left + (view.mirrored ? view.width - 1 - x : x)
      const pixel = row + reflected(column, width) * channels
      for (let c = 0; c < channels; c++) out[at++] = images[pixel + c] as number
    }
  }
}

/** −1 → 1, size → size − 2: the edge pixel is not repeated (PyTorch's ReflectionPad2d). */
function reflected(index: number, size: number): number {
  if (index < 0) return -index
  return index < size ? index : 2 * size - 2 - index
}

function scaled(
  scaling: typeof resample,
  pixels: Uint8Array,
  { height, width }: View,
  channels: number,
  to: Sides,
): Uint8ClampedArray {
  if (channels !== 1 && channels !== 3) {
    throw new ArgumentError('these views need images that can be scaled', {
      received: `${channels} channels`,
      expected: '1 or 3 channels, or crops of the size of the network’s input',
    })
  }
  const row = width * channels
  const read = (first: number, rows: number) => pixels.subarray(first * row, (first + rows) * row)
  const window = { top: 0, left: 0, height: to.height, width: to.width }
  return scaling({ height, width, step: channels, atOnce: height, read }, to, window, 'bilinear')
}
