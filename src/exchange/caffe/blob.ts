/**
 * The arrays of a `.caffemodel`. Caffe has written them in several ways: float or double, packed or one value at a time, with
 * a shape or, before 2015, with four lengths. Values are converted when they are needed, from the bytes of the file.
 */

import { asBytes, type Bytes } from '../../core/bytes.ts'
import { type Shape, sizeOf } from '../../core/shapes.ts'
import { ForeignFileError } from '../errors.ts'
import { type Field, readMessage } from '../protobuf.ts'

export class Blob {
  readonly shape: Shape
  readonly #runs: readonly Run[]

  constructor(shape: Shape, runs: readonly Run[]) {
    this.shape = shape
    this.#runs = runs
  }

  /** Number of values. */
  get size(): number {
    return this.#runs.reduce((sum, { count }) => sum + count, 0)
  }

  /** Reads a value by its index, from the bytes of the file. */
  reader(): (index: number) => number {
    const [first] = this.#runs
    if (this.#runs.length !== 1 || first === undefined) {
      const values = this.#joined()
      return (index) => values[index] as number
    }
    const { bytes, step, offset, width } = first
    const { buffer, byteOffset, byteLength } = bytes.read()
    const view = new DataView(buffer, byteOffset, byteLength)
    if (width === 4) return (index) => view.getFloat32(offset + index * step, true)
    return (index) => view.getFloat64(offset + index * step, true)
  }

  /** The bytes of the values, little-endian: a view where they follow each other in the file. */
  stored(): { readonly dtype: 'F32' | 'F64'; readonly bytes: Bytes } {
    const [first] = this.#runs
    if (this.#runs.length !== 1 || first === undefined || first.step !== first.width) {
      const { buffer } = this.#joined()
      return { dtype: 'F64', bytes: asBytes(new Uint8Array(buffer)) }
    }
    const { bytes, offset, count, width } = first
    return { dtype: width === 4 ? 'F32' : 'F64', bytes: bytes.slice(offset, offset + count * width) }
  }

  #joined(): Float64Array<ArrayBuffer> {
    const values = new Float64Array(this.size)
    let at = 0
    for (const run of this.#runs) {
      const read = new Blob([run.count], [run]).reader()
      for (let i = 0; i < run.count; i++) values[at++] = read(i)
    }
    return values
  }
}

/** Numbers that lie at equal distances in the file. */
interface Run {
  readonly bytes: Bytes
  readonly width: 4 | 8
  readonly step: number
  readonly offset: number
  count: number
}

/** No program that writes such files puts anything between the values of an array. */
const mostRuns = 10_000

/** @throws {ForeignFileError} the number of values is not the product of the lengths */
export function readBlob(bytes: Bytes, place: string): Blob {
  const lengths = [0, 0, 0, 0]
  let [shape, hasLengths]: [number[] | undefined, boolean] = [undefined, false]
  const [single, double]: [Run[], Run[]] = [[], []]
  readMessage(bytes, (field) => {
    const { number } = field
    if (number >= 1 && number <= 4) {
      lengths[number - 1] = field.int()
      hasLengths = true
    } else if (number === 5) addRun(single, bytes, field, 4)
    else if (number === 8) addRun(double, bytes, field, 8)
    else if (number === 7) {
      const dims: number[] = []
      field.message((dim) => {
        if (dim.number === 1) dim.ints(dims)
      })
      shape = dims
    }
  })
  // Where there are both, Caffe takes the doubles.
  const runs = double.length > 0 ? double : single
  const blob = new Blob(hasLengths ? lengths : (shape ?? [runs.reduce((sum, { count }) => sum + count, 0)]), runs)
  if (blob.shape.every((length) => length >= 0) && sizeOf(blob.shape) === blob.size) return blob
  throw new ForeignFileError(`${place}: the number of values is not that of the shape`, {
    received: `${blob.size} values for ${blob.shape.slice(0, 8).join(' × ')}`,
    expected: `${sizeOf(blob.shape)} values`,
    advice: 'fetch the file again',
  })
}

function addRun(runs: Run[], bytes: Bytes, field: Field, width: 4 | 8): void {
  if (field.hasLength) {
    const packed = field.range()
    if (packed.length % width !== 0) {
      throw new ForeignFileError('the file is damaged or cut short', {
        received: `${packed.length} bytes of numbers of ${width} bytes`,
        expected: `a multiple of ${width}`,
        advice: 'fetch the file again',
      })
    }
    runs.push({ bytes: packed, width, step: width, offset: 0, count: packed.length / width })
    return
  }
  // Checks the type.
  if (width === 4) field.float()
  else field.double()
  const last = runs.at(-1)
  const offset = field.at
  if (last !== undefined && last.bytes === bytes && last.offset + last.count * last.step === offset) last.count++
  else if (runs.length < mostRuns) runs.push({ bytes, width, step: width + 1, offset, count: 1 })
  else
    throw new ForeignFileError('the file is damaged', {
      received: `an array in more than ${mostRuns} pieces`,
      expected: 'values that follow each other',
      advice: 'fetch the file again',
    })
}
