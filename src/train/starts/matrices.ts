/** Starts that need no data: filters [F, F, C/groups, K] as arrays that are changed in place. */

import { ArgumentError } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'
import type { StartTarget } from './options.ts'

export function fillUniform(values: Float32Array, { fanIn }: StartTarget, random: Random): void {
  const limit = 1 / Math.sqrt(fanIn)
  for (let i = 0; i < values.length; i++) values[i] = (2 * random.next() - 1) * limit
}

/** Filter i of each group passes the group's channel i through; gives how many filters do. */
export function fillIdentity(values: Float32Array, { shape, sized }: StartTarget): number {
  const [height, width, depth, filters] = shape as readonly [number, number, number, number]
  const groups = Math.max(1, Math.floor((sized.inputs[0]?.channels ?? depth) / depth))
  const each = Math.floor(filters / groups)
  const passing = Math.min(depth, each)
  const center = ((height >> 1) * width + (width >> 1)) * depth
  for (let group = 0; group < groups; group++)
    for (let i = 0; i < passing; i++) {
      const filter = group * each + i
      for (let row = 0; row < height * width * depth; row++) values[row * filters + filter] = 0
      values[(center + i) * filters + filter] = 1
    }
  return groups * passing
}

/** Multiply–adds that a start may take: some seconds. */
const mostWork = 2e10

/** Columns (or rows, if there are fewer) of norm `gain` at right angles, from normal numbers by Gram–Schmidt, twice. */
export function fillOrthogonal(values: Float32Array, { name, shape }: StartTarget, random: Random, gain: number): void {
  const columns = shape.at(-1) as number
  const rows = values.length / columns
  const [count, length] = columns <= rows ? [columns, rows] : [rows, columns]
  if (count * count * length > mostWork) {
    throw new ArgumentError(`${name} is too large to be made orthogonal`, {
      received: `${rows} × ${columns} values`,
      expected: `at most ${mostWork} operations, which are side² × the other side`,
      advice: "name the layers that are to start so: { kind: 'orthogonal', weights: 'conv*' }",
    })
  }
  const vectors: Float64Array[] = []
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, () => random.normal())
    for (let round = 0; round < 2; round++) {
      for (const other of vectors) {
        let dot = 0
        for (let k = 0; k < length; k++) dot += (vector[k] as number) * (other[k] as number)
        for (let k = 0; k < length; k++) vector[k] = (vector[k] as number) - dot * (other[k] as number)
      }
      let squares = 0
      for (let k = 0; k < length; k++) squares += (vector[k] as number) ** 2
      const factor = 1 / Math.sqrt(squares)
      for (let k = 0; k < length; k++) vector[k] = (vector[k] as number) * factor
    }
    vectors.push(vector)
  }
  vectors.forEach((vector, i) => {
    vector.forEach((value, k) => {
      values[columns <= rows ? k * columns + i : i * columns + k] = gain * value
    })
  })
}

/** Scales to a standard deviation; gives the one that was. */
export function scaleTo(values: Float32Array, deviation: number): number {
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  const was = Math.sqrt(squares / Math.max(1, values.length - 1))
  if (was > 0) for (let i = 0; i < values.length; i++) values[i] = ((values[i] as number) * deviation) / was
  return was
}
