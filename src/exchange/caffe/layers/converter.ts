/** What the converters of layers have in common. Each takes a layer of Caffe's with its inputs, and adds layers of ours. */

import type { LayerDraft, Wire } from '../../networkBuilder.ts'
import type { Arrays } from '../arrays.ts'
import type { Message } from '../message.ts'
import { refuse } from '../refuse.ts'
import { likeTensor, type Tensor } from '../tensor.ts'
import type { WiredLayer } from '../wiring.ts'

/** A layer of Caffe's in the place where it is converted. */
export interface Use {
  readonly layer: WiredLayer
  /** The first bottom. */
  readonly input: Tensor
  readonly inputs: readonly Tensor[]
  /** `convolution_param`; without fields if the file has none. */
  readonly parameters: Message
  readonly arrays: Arrays
  /** The layer that takes this one's only top, if there is no other. */
  readonly follower: WiredLayer | undefined
  /** Adds a layer of ours with the name of Caffe's, or without a name of its own. */
  add(draft: Omit<LayerDraft, 'name' | 'inputs'> & { readonly inputs?: readonly Wire[] }): Wire
  addUnnamed(draft: Omit<LayerDraft, 'name'>): Wire
  /** The follower is part of what was added. */
  absorb(follower: WiredLayer): void
}

export interface Converter {
  /** The field with the layer's parameters; absent: it has none. */
  readonly parameters?: string
  /** How many bottoms; one unless given. */
  readonly bottoms?: { readonly min: number; readonly max: number }
  /** The tops in their order. One that is absent and used is refused. */
  convert(use: Use): readonly Tensor[]
}

export const someBottoms = { min: 1, max: 64 } as const
export const twoBottoms = { min: 2, max: 2 } as const

/** A layer that gives what it takes. */
export const handsOn: Converter = {
  convert: ({ input, layer }) => (layer.tops.length === 0 ? [input] : layer.tops.map(() => input)),
}

/** A layer of ours that takes its parts from the parameters, and keeps the axes. */
export function simple(
  parameters: string | undefined,
  draft: (parameters: Message, input: Tensor) => Omit<LayerDraft, 'name' | 'inputs'>,
): Converter {
  return {
    ...(parameters === undefined ? {} : { parameters }),
    convert: ({ input, parameters: fields, add }) => [likeTensor(add(draft(fields, input)), input)],
  }
}

/** `pad`, or `pad_h` and `pad_w`: rows, columns. */
export function pairOf(parameters: Message, names: PairNames, usual: number): readonly [number, number] {
  const { both, rows, columns } = names
  const values = parameters.wholes(both)
  if (values.length > 2) refuse(`${values.length} spatial axes`)
  if (rows !== undefined && columns !== undefined && (parameters.has(rows) || parameters.has(columns)))
    return [parameters.whole(rows, usual), parameters.whole(columns, usual)]
  const [first = usual, second = first] = values
  return [first, second]
}

interface PairNames {
  readonly both: string
  readonly rows?: string
  readonly columns?: string
}

export const kernelNames = { both: 'kernel_size', rows: 'kernel_h', columns: 'kernel_w' }
export const padNames = { both: 'pad', rows: 'pad_h', columns: 'pad_w' }
export const strideNames = { both: 'stride', rows: 'stride_h', columns: 'stride_w' }
