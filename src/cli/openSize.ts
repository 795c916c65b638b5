/** `--size` for models that leave the size of their image open; what has a size of its own keeps it. */

import { printVolume, type Volume } from '../core/shapes.ts'
import { UsageError } from './errors.ts'
import type { AskedSize } from './fitNetwork.ts'

export const openSizeHelp = 'of the image, where the model leaves it open: 224, or height x width, 192x256'

/** Throws `UsageError` for a model with another size. */
export function checkOpenSize(input: Volume, size: Pick<AskedSize, 'height' | 'width'> | undefined): void {
  if (size === undefined || (size.height === input.height && size.width === input.width)) return
  throw new UsageError('--size is for models that leave the size of their image open', {
    received: `--size ${size.height}x${size.width}, for a model whose input is ${printVolume(input)}`,
    expected: `no --size, or ${input.height}x${input.width}`,
    advice: 'images are scaled to the input; larger ones need --fc-to-conv, or lenslet predict --dense',
  })
}
