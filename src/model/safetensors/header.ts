/** The header of a safetensors file: its entry for each tensor, checked against the format and the length of the file. */

import { printShape, type Shape } from '../../core/shapes.ts'
import { SafetensorsError } from '../errors.ts'
import { dtypes } from './dtypes.ts'
import { HeaderReader } from './json.ts'

/** What the header says of one tensor. */
export interface Entry {
  readonly dtype: string
  readonly shape: Shape
  /** Bytes from the start of the values to the first of this tensor, and to the first behind it. */
  readonly from: number
  readonly to: number
}

export interface Header {
  readonly entries: ReadonlyMap<string, Entry>
  readonly metadata: Readonly<Record<string, string>>
}

/** Far more than any file has, so that a hostile one cannot make messages and keys of megabytes. */
const longestName = 1024
const longestType = 32
/** NumPy's and PyTorch's limit. */
const mostAxes = 64

/**
 * @param text the header, decoded
 * @param length bytes of the values that follow it
 * @throws {SafetensorsError}
 */
export function parseHeader(text: string, length: number): Header {
  const reader = new HeaderReader(text)
  const entries = new Map<string, Entry>()
  let metadata: Readonly<Record<string, string>> = {}
  reader.object((name) => {
    if (name.length > longestName) {
      throw reader.fault('the name of a tensor is too long', `at most ${longestName} characters`)
    }
    if (name === '__metadata__') metadata = readTexts(reader)
    else entries.set(name, readEntry(reader, name))
  })
  reader.end()
  checkPlaces(entries, length)
  return { entries, metadata }
}

function readTexts(reader: HeaderReader): Readonly<Record<string, string>> {
  const texts: [string, string][] = []
  reader.object((key) => texts.push([key, reader.string()]))
  return Object.fromEntries(texts)
}

function readEntry(reader: HeaderReader, name: string): Entry {
  let dtype: string | undefined
  let shape: number[] | undefined
  let offsets: number[] | undefined
  reader.object((key) => {
    if (key === 'dtype') dtype = reader.string()
    else if (key === 'shape') shape = readNumbers(reader, mostAxes)
    else if (key === 'data_offsets') offsets = readNumbers(reader, 2)
    else throw reader.fault(`${name}: an unknown field`, 'dtype, shape and data_offsets')
  })
  const [from, to] = offsets ?? []
  if (dtype === undefined || shape === undefined || from === undefined || to === undefined) {
    throw reader.fault(`${name}: something is missing`, 'dtype, shape and two data_offsets')
  }
  if (dtype.length > longestType) throw reader.fault(`${name}: no such type`, `at most ${longestType} characters`)
  checkSize(name, { dtype, shape, from, to })
  return { dtype, shape, from, to }
}

function readNumbers(reader: HeaderReader, most: number): number[] {
  const numbers: number[] = []
  reader.array(() => {
    if (numbers.length === most) throw reader.fault('a list is too long', `at most ${most} numbers`)
    numbers.push(reader.integer())
  })
  return numbers
}

/** The place must be as long as the shape and the type say; for an unknown type this cannot be checked. */
function checkSize(name: string, { dtype, shape, from, to }: Entry): void {
  const { bits } = dtypes.get(dtype) ?? {}
  const size = (bits ?? 1) * shape.reduce((count, side) => safe(name, shape, count * side), 1)
  safe(name, shape, size)
  if (from <= to && (bits === undefined || (to - from) * 8 === size)) return
  throw new SafetensorsError(`${name}: its place does not fit`, {
    received: `bytes ${from} to ${to} for ${printShape(shape)} ${dtype}`,
    expected: bits === undefined ? 'a place that ends after it starts' : `${size / 8} bytes`,
  })
}

/** Also of an empty tensor, [huge, huge, 0], all products must be exact, as the format's own reader asks. */
function safe(name: string, shape: Shape, product: number): number {
  if (Number.isSafeInteger(product)) return product
  throw new SafetensorsError(`${name}: a shape beyond any memory`, {
    received: printShape(shape),
    expected: 'fewer than 2^53 bits',
  })
}

/** The places must cover the values without a gap or an overlap, in any order in the header. */
function checkPlaces(entries: ReadonlyMap<string, Entry>, length: number): void {
  let end = 0
  for (const [name, { from, to }] of [...entries].sort(([, a], [, b]) => a.from - b.from || a.to - b.to)) {
    if (from !== end) {
      throw new SafetensorsError(`${name}: ${from < end ? 'overlaps another tensor' : 'a gap before its values'}`, {
        received: `values from byte ${from}`,
        expected: `from byte ${end}, where the tensor before it ends`,
      })
    }
    end = to
  }
  if (end === length) return
  throw new SafetensorsError(
    end > length ? 'the file is cut short' : 'the file has more values than its header describes',
    {
      received: `${length} bytes of values`,
      expected: `${end} bytes`,
      ...(end > length ? { advice: 'fetch the file again' } : {}),
    },
  )
}
