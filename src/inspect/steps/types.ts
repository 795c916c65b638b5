/** A computation that is shown step by step on a page: grids of numbers, and what each step marks and fills in. */

/** A matrix of numbers. */
export interface Grid {
  /** Unique on the page. */
  readonly id: string
  /** `x[:,:,0]` */
  readonly caption: string
  readonly rows: number
  readonly columns: number
  /** Row by row. Of a grid that steps fill in: the values at the end. */
  readonly values: ArrayLike<number>
  /** Of the shading: the magnitude that gets the full color. */
  readonly scale: number
  /** Whether a cell belongs to the padding, by its index. */
  readonly isPadding?: (index: number) => boolean
  /** Its cells are empty at the start, and steps fill them in. */
  readonly fills?: true
}

export interface Panel {
  readonly title: string
  /** A line below the title. */
  readonly note?: string
  readonly grids: readonly Grid[]
  /** Smaller cells: for large matrices. */
  readonly small?: true
}

/** Panels side by side, with a heading over all of them where they need one. The arithmetic of a step is in the first row. */
export interface PanelRow {
  readonly title?: string
  readonly note?: string
  readonly panels: readonly Panel[]
  /** Three panels, right factor, left factor and product, are laid out as a product of matrices on paper. */
  readonly asProduct?: true
}

/** What a mark is about: what is read, the weights, what is written. */
export type MarkKind = 'in' | 'weight' | 'out'

/** Cells of a grid with an outline around them. */
export interface Box {
  readonly grid: string
  readonly kind: MarkKind
  readonly top: number
  readonly left: number
  readonly rows: number
  readonly columns: number
}

export interface Step {
  readonly boxes: readonly Box[]
  /** Single cells that stand out: the taps of a dilated window, the value that wins. */
  readonly cells?: readonly { readonly grid: string; readonly kind: MarkKind; readonly index: number }[]
  /** Values that this step writes. */
  readonly fills: readonly { readonly grid: string; readonly index: number; readonly value: number }[]
  /** The arithmetic: lines of what is added, and what comes out. */
  readonly terms: readonly { readonly what: string; readonly how?: string; readonly value: number }[]
  readonly total: { readonly what: string; readonly value: number }
}

export interface StepsPage {
  readonly title: string
  readonly subtitle: string
  readonly rows: readonly PanelRow[]
  readonly steps: readonly Step[]
  /** What a reader should know: what is left out. */
  readonly remarks: readonly string[]
}
