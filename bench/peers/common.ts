/** What peers share: versions, layouts, and how weights are laid out for the comparison after training. */

import { readFileSync } from 'node:fs'
import type { Volume } from 'lenslet'
import type { Subject } from '../values.ts'

/** Of a package as it is installed here. */
export function packageVersion(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** [n, h, w, c] to [n, c, h, w]. */
export function toPlanes(values: Float32Array, { height, width, channels }: Volume): Float32Array {
  return transposed(values, height * width, channels)
}

/** [n, c, h, w] to [n, h, w, c]. */
export function fromPlanes(values: Float32Array, { height, width, channels }: Volume): Float32Array {
  return transposed(values, channels, height * width)
}

/** [n, rows, columns] to [n, columns, rows]. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length)
  const size = rows * columns
  for (let start = 0; start < values.length; start += size)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        result[start + column * rows + row] = values[start + row * columns + column] as number
  return result
}

/** What training did: weights after it minus weights before it, one after the other in Lenslet's layout. */
export function changesOf({ weights }: Subject, after: (name: string) => ArrayLike<number>): Float32Array {
  const changes: number[] = []
  for (const [name, { values }] of weights) {
    const now = after(name)
    values.forEach((value, index) => {
      changes.push((now[index] as number) - value)
    })
  }
  return Float32Array.from(changes)
}
