/** Brings a coarse map to the size of the image, bilinearly: pixel centers as in PyTorch with `align_corners=False`. */

import { ArgumentError } from './errors.ts'

interface Sides {
  readonly height: number
  readonly width: number
}

/** Which two values an output pixel lies between, and how far from the first. */
interface Place {
  readonly first: number
  readonly second: number
  readonly share: number
}

/**
 * [from.height, from.width] to [to.height, to.width].
 * @throws {ArgumentError} a map of another size than `from`, or sides that are no whole numbers from 1
 */
export function upscale(map: ArrayLike<number>, from: Sides, to: Sides): Float32Array {
  const sides = [from.height, from.width, to.height, to.width]
  if (map.length !== from.height * from.width || !sides.every((side) => Number.isInteger(side) && side > 0))
    throw new ArgumentError('the map does not have this size', {
      received: `${map.length} values`,
      expected: `${from.height}×${from.width}, to ${to.height}×${to.width}`,
    })
  const rows = places(from.height, to.height)
  const columns = places(from.width, to.width)
  const scaled = new Float32Array(to.height * to.width)
  let at = 0
  for (const row of rows) {
    for (const { first, second, share } of columns) {
      const across = (y: number) =>
        (1 - share) * (map[y * from.width + first] as number) + share * (map[y * from.width + second] as number)
      scaled[at++] = (1 - row.share) * across(row.first) + row.share * across(row.second)
    }
  }
  return scaled
}

function places(from: number, to: number): readonly Place[] {
  return Array.from({ length: to }, (_, i) => {
    const center = Math.max(0, ((i + 0.5) * from) / to - 0.5)
    const first = Math.min(Math.floor(center), from - 1)
    return { first, second: Math.min(first + 1, from - 1), share: center - first }
  })
}
