/** Where a map lies, in numbers: how much of the image holds half of it, and where its middle is. */

import { type ImageMap, type MapPictureOptions, perPixel } from './mapPicture.ts'

export interface Spread {
  /** The smallest share of the positions that holds half of the map, 0 to 0.5. */
  readonly share: number
  /** Center of those positions, as shares of height and width. */
  readonly row: number
  readonly column: number
}

/** Of magnitudes; of maps with a sign, of what is above 0. Undefined where there is nothing. */
export function spread(map: ImageMap, options: MapPictureOptions = {}): Spread | undefined {
  const [height = 1, width = 1] = map.shape
  const values = perPixel(map, options).map((value) => (options.signed === true ? Math.max(0, value) : Math.abs(value)))
  const total = values.reduce((sum, value) => sum + value, 0)
  if (!(total > 0)) return undefined
  const order = [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number))
  let [count, held, rows, columns] = [0, 0, 0, 0]
  for (const pixel of order) {
    if (held >= total / 2) break
    const value = values[pixel] as number
    count++
    held += value
    rows += value * (Math.floor(pixel / width) + 0.5)
    columns += value * ((pixel % width) + 0.5)
  }
  return { share: count / values.length, row: rows / held / height, column: columns / held / width }
}
