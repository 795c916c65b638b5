/** A computation step by step: grids of numbers, and what each step points at. */

import type { Scale } from '../look/colors.ts'

export interface Grid {
  readonly id: string
  readonly caption: string
  readonly rows: number
  readonly columns: number
  readonly values: ArrayLike<number>
  readonly scale: Scale
  readonly isPadding?: (index: number) => boolean
}

export interface Group {
  readonly title: string
  readonly note?: string
  readonly grids: readonly Grid[]
}

export interface Box {
  readonly kind: 'in' | 'weight' | 'out'
  readonly top: number
  readonly left: number
  readonly rows: number
  readonly columns: number
}

export interface Term {
  readonly what: string
  readonly how?: string
  readonly value: number
}

export interface Step {
  readonly boxes: Readonly<Record<string, Box>>
  /** Cells that stand out: a switch, the taps of a dilated window. */
  readonly marks: Readonly<Record<string, readonly number[]>>
  /** Of grids that fill step by step: the values so far; NaN is still empty. */
  readonly filled: Readonly<Record<string, Float64Array>>
  readonly terms: readonly Term[]
  readonly total: { readonly what: string; readonly value: number }
  readonly isBackward: boolean
}

export interface Steps {
  readonly kind: 'convolution' | 'pooling'
  readonly groups: readonly Group[]
  /** im2col's column, the filters as rows, and their product, where there is room; of each group of channels. */
  readonly matrices: readonly { readonly rows: Grid; readonly columns: Grid; readonly product: Grid }[]
  readonly count: number
  at(index: number): Step
}

/** What stands beside the numbers, in the language of the page. */
export interface StepWords {
  readonly inputs: string
  readonly outputs: string
  readonly filter: string
  readonly bias: string
  readonly others: string
  readonly products: string
  readonly gradientOut: string
  readonly gradientIn: string
}
