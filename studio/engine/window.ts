/** Pairs and paddings as layers' attributes hold them, and how to find a window among the attributes. */

export type Pair = readonly [rows: number, columns: number]
export type Padding = readonly [top: number, left: number, bottom: number, right: number]

export interface SlidingWindow {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Padding
  readonly dilation: Pair
}

/** The window that a layer slides over its input, where it has one. */
export function windowOf(attributes: object): SlidingWindow | undefined {
  const { kernel, stride, padding, dilation } = attributes as Partial<SlidingWindow>
  if (kernel === undefined || stride === undefined || padding === undefined || dilation === undefined) return undefined
  return { kernel, stride, padding, dilation }
}

export interface Axis {
  readonly size: number
  readonly kernel: number
  readonly stride: number
  readonly before: number
  readonly after: number
  readonly dilation: number
}

/** Rows, or columns, of a window on an input. */
export function axisOf(window: SlidingWindow, size: number, axis: 0 | 1): Axis {
  return {
    size,
    kernel: window.kernel[axis],
    stride: window.stride[axis],
    before: window.padding[axis],
    after: window.padding[(axis + 2) as 2 | 3],
    dilation: window.dilation[axis],
  }
}
