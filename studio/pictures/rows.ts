/** Which images of a long list are on the screen, and in which parts they are asked for. */

export const pageSize = 120
/** Rows above and below the screen that are there already. */
const spare = 2

interface View {
  /** Pixels that were scrolled, and that are seen. */
  readonly top: number
  readonly height: number
  readonly cell: number
  /** Images in a row. */
  readonly across: number
  readonly count: number
}

export function visible({ top, height, cell, across, count }: View): { readonly from: number; readonly to: number } {
  const first = Math.max(0, Math.floor(top / cell) - spare)
  const last = Math.ceil((top + height) / cell) + spare
  return { from: Math.min(first * across, count), to: Math.min(last * across, count) }
}

/** At least one, which tells how many images there are. */
export function pagesFor({ from, to }: { readonly from: number; readonly to: number }): readonly number[] {
  const first = Math.floor(from / pageSize)
  const last = Math.max(first, Math.ceil(to / pageSize) - 1)
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
