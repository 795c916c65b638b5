/** Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations (Golub and Van Loan, section 8.5). */

export interface Eigen {
  /** Largest first. */
  readonly values: Float64Array
  /** A row for each value, of norm 1; its largest component is positive. */
  readonly vectors: readonly Float64Array[]
}

/** @param matrix [side, side], symmetric; it is changed */
export function symmetricEigen(matrix: Float64Array, side: number): Eigen {
  const rows = Array.from({ length: side }, (_, i) => Float64Array.from({ length: side }, (_, j) => (i === j ? 1 : 0)))
  const at = (i: number, j: number) => matrix[i * side + j] as number
  let scale = 0
  for (let i = 0; i < matrix.length; i++) scale += (matrix[i] as number) ** 2
  // It converges quadratically: about ten sweeps are enough.
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    for (let i = 0; i < side; i++) for (let j = 0; j < i; j++) off += at(i, j) ** 2
    if (off <= 1e-30 * scale) break
    for (let p = 0; p < side; p++) for (let q = p + 1; q < side; q++) rotate(matrix, side, rows, p, q)
  }
  const order = rows.map((_, i) => i).sort((a, b) => at(b, b) - at(a, a) || a - b)
  return {
    values: Float64Array.from(order, (i) => at(i, i)),
    vectors: order.map((i) => turned(rows[i] as Float64Array)),
  }
}

/** Makes the element (p, q) zero. */
function rotate(matrix: Float64Array, side: number, rows: readonly Float64Array[], p: number, q: number): void {
  const apq = matrix[p * side + q] as number
  if (apq === 0) return
  const theta = ((matrix[q * side + q] as number) - (matrix[p * side + p] as number)) / (2 * apq)
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  const turn = (values: Float64Array, i: number, other: Float64Array, j: number) => {
    const [x, y] = [values[i] as number, other[j] as number]
    values[i] = c * x - s * y
    other[j] = s * x + c * y
  }
  for (let k = 0; k < side; k++) turn(matrix, k * side + p, matrix, k * side + q)
  for (let k = 0; k < side; k++) turn(matrix, p * side + k, matrix, q * side + k)
  const [first, second] = [rows[p] as Float64Array, rows[q] as Float64Array]
  for (let k = 0; k < side; k++) turn(first, k, second, k)
}

/** Eigenvectors have no sign of their own. */
function turned(vector: Float64Array): Float64Array {
  let most = 0
  for (const value of vector) if (Math.abs(value) > Math.abs(most)) most = value
  return most < 0 ? vector.map((value) => -value) : vector
}
