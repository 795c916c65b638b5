/**
 * Which pixels influence an output, by the definition: each position of each map holds the set of pixels that reach it, and
 * a layer unites the sets of what it reads. Sets are bits of a bigint.
 */

import type { Sight } from '../../layers/sight.ts'
import { type Pair, type WindowSpec, windowAxis } from '../../ops/window.ts'
import type { SightedNode } from '../receptiveField.ts'

type Range = readonly [first: number, last: number]

/** What a position sees: first and last row, first and last column; undefined where it sees nothing but padding. */
interface Seen {
  readonly position: Pair
  readonly ranges: readonly [rows: Range, columns: Range] | undefined
}

export interface Masked {
  readonly name: string
  readonly height: number
  readonly width: number
  /** Whether the field promises to be exact; see stretch.ts. */
  readonly exact: boolean
  /** Product of the strides of all windows before; 0 where all positions see the same. */
  readonly stride: Pair
  /** Whether a window before had a stride. */
  readonly strided: boolean
  at(row: number, column: number): bigint
  seen(): Generator<Seen>
}

export class MaskedNetwork {
  readonly nodes: SightedNode[] = []
  readonly all: Masked[] = []
  readonly input: Masked
  readonly #size: Pair
  #count = 0

  constructor(height: number, width: number) {
    this.#size = [height, width]
    const facts = { exact: true, stride: [1, 1] as Pair, strided: false }
    this.input = this.#make([height, width], facts, (row, column) => 1n << BigInt(row * width + column))
    this.nodes.push({ name: this.input.name, inputs: [] })
    this.all.push(this.input)
  }

  add(sight: Sight | undefined, inputs: readonly Masked[]): Masked {
    const made = this.#look(sight, this.#join(inputs))
    this.all.push(made)
    const volumes = inputs.map(({ name, height, width }) => ({ name, volume: { height, width, channels: 1 } }))
    this.nodes.push({ name: made.name, inputs: volumes, sight })
    return made
  }

  /** Position by position; a map of one position is broadcast. */
  #join(inputs: readonly Masked[]): Masked {
    const height = Math.max(...inputs.map((each) => each.height))
    const width = Math.max(...inputs.map((each) => each.width))
    const strides = inputs.map(
      (each): Pair => [each.height < height ? 0 : each.stride[0], each.width < width ? 0 : each.stride[1]],
    )
    const [first = [1, 1]] = strides
    // A mean over the whole map sees all that the map sees; nothing else here is broadcast.
    const covered = inputs.some((each) => each.height * each.width === 1) && height * width > 1
    const agree = covered || strides.every((each) => each[0] === first[0] && each[1] === first[1])
    const facts = {
      exact: agree && inputs.every((each) => each.exact),
      stride: covered ? ([0, 0] as Pair) : first,
      strided: inputs.some((each) => each.strided),
    }
    return this.#make([height, width], facts, (row, column) =>
      inputs.reduce((mask, x) => mask | x.at(Math.min(row, x.height - 1), Math.min(column, x.width - 1)), 0n),
    )
  }

  #look(sight: Sight | undefined, x: Masked): Masked {
    if (sight === undefined) return x
    if (sight.kind === 'window') return this.#through(sight.window, x)
    if (sight.kind === 'everything') {
      let all = 0n
      for (let row = 0; row < x.height; row++) for (let column = 0; column < x.width; column++) all |= x.at(row, column)
      return this.#make([x.height, x.width], { ...x, stride: [0, 0] }, () => all)
    }
    const [down, across] = sight.factor
    const { kernel = [1, 1], dilation = [1, 1] } = sight.window ?? {}
    const gaps = kernel[0] < down || kernel[1] < across || dilation[0] > 1 || dilation[1] > 1
    const exact = x.exact && !x.strided && !(sight.zeros && gaps)
    const larger = this.#make([x.height * down, x.width * across], { ...x, exact }, (row, column) =>
      sight.zeros && (row % down > 0 || column % across > 0)
        ? 0n
        : x.at(Math.floor(row / down), Math.floor(column / across)),
    )
    return sight.window === undefined ? larger : this.#through(sight.window, larger)
  }

  #through(spec: WindowSpec, x: Masked): Masked {
    const [rows, columns] = [windowAxis(spec, x.height, 0), windowAxis(spec, x.width, 1)]
    const facts = {
      exact: x.exact,
      stride: [x.stride[0] * spec.stride[0], x.stride[1] * spec.stride[1]] as Pair,
      strided: x.strided || spec.stride[0] > 1 || spec.stride[1] > 1,
    }
    return this.#make([rows.output, columns.output], facts, (row, column) => {
      let mask = 0n
      for (let i = 0; i < spec.kernel[0]; i++) {
        const from = row * spec.stride[0] - spec.padding[0] + i * spec.dilation[0]
        if (from < 0 || from >= x.height) continue
        for (let j = 0; j < spec.kernel[1]; j++) {
          const at = column * spec.stride[1] - spec.padding[1] + j * spec.dilation[1]
          if (at >= 0 && at < x.width) mask |= x.at(from, at)
        }
      }
      return mask
    })
  }

  #make(
    [height, width]: Pair,
    { exact, stride, strided }: { readonly exact: boolean; readonly stride: Pair; readonly strided: boolean },
    mask: (row: number, column: number) => bigint,
  ): Masked {
    const masks = Array.from({ length: height * width }, (_, i) => mask(Math.floor(i / width), i % width))
    const at = (row: number, column: number) => masks[row * width + column] as bigint
    const size = this.#size
    function* seen(): Generator<Seen> {
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++)
          yield { position: [row, column], ranges: ranges(at(row, column), size) }
      }
    }
    return { name: `n${this.#count++}`, height, width, exact, stride, strided, at, seen }
  }
}

function ranges(mask: bigint, [height, width]: Pair): Seen['ranges'] {
  if (mask === 0n) return undefined
  const wholeRow = (1n << BigInt(width)) - 1n
  let [top, bottom, anyRow] = [height, 0, 0n]
  for (let row = 0; row < height; row++) {
    const bits = (mask >> BigInt(row * width)) & wholeRow
    if (bits === 0n) continue
    top = Math.min(top, row)
    bottom = row
    anyRow |= bits
  }
  const columns = Array.from({ length: width }, (_, column) => column).filter(
    (column) => (anyRow >> BigInt(column)) & 1n,
  )
  return [
    [top, bottom],
    [columns[0] ?? 0, columns.at(-1) ?? 0],
  ]
}
