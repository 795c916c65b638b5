/**
 * Points onto the cells of a grid, one each, so that thumbnails do not overlap (the notes' t-SNE sheets): sorted into columns
 * by x, and each column by y. Neighbors stay close, and it takes no time.
 */

export interface GridPlaces {
  readonly columns: number
  readonly rows: number
  /** [n]: the cell of each point, row by row. */
  readonly cells: readonly number[]
}

/** @param points [n, 2] */
export function gridPlaces(points: ArrayLike<number>): GridPlaces {
  const count = points.length / 2
  const columns = Math.max(1, Math.ceil(Math.sqrt(count)))
  const rows = Math.max(1, Math.ceil(count / columns))
  const along = (axis: 0 | 1) => (a: number, b: number) =>
    (points[2 * a + axis] as number) - (points[2 * b + axis] as number) || a - b
  const byX = Array.from({ length: count }, (_, index) => index).sort(along(0))
  const cells = Array.from({ length: count }, () => 0)
  for (let column = 0; column < columns; column++) {
    // Even columns: they differ by one point at most.
    const from = Math.round((column * count) / columns)
    const some = byX.slice(from, Math.round(((column + 1) * count) / columns)).sort(along(1))
    some.forEach((point, row) => {
      cells[point] = row * columns + column
    })
  }
  return { columns, rows, cells }
}
