/** Reads a `.binaryproto`: the mean of all training images, a blob of [1, c, h, w]. */

import type { Bytes } from '../../core/bytes.ts'
import { type Shape, sizeOf } from '../../core/shapes.ts'
import { ForeignFileError } from '../errors.ts'
import { readBlob } from './blob.ts'

export interface MeanFile {
  /** [c, h, w] */
  readonly shape: Shape
  /** The mean of each channel over the image, 0…255. */
  readonly channels: readonly number[]
}

/** @throws {ForeignFileError} */
export function readMeanFile(bytes: Bytes, name: string): MeanFile {
  const blob = readBlob(bytes, name)
  const shape = [1, 1, 1, ...blob.shape].slice(-3)
  if (sizeOf(shape) !== blob.size || blob.size === 0 || (shape[0] as number) > 64) {
    throw new ForeignFileError(`${name} is not the mean of images`, {
      received: `${blob.size} values, ${blob.shape.slice(0, 8).join(' × ')}`,
      expected: '1 × channels × height × width',
      advice: 'fetch the file again',
    })
  }
  const [count = 1, height = 1, width = 1] = shape
  const [read, area] = [blob.reader(), height * width]
  const channels = Array.from({ length: count }, (_, channel) => {
    let sum = 0
    for (let place = 0; place < area; place++) sum += read(channel * area + place)
    return sum / area
  })
  return { shape, channels }
}
