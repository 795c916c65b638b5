/** Attributes of Muon's ops. `muon.normalize` has none. */

import type { OptimizerAttributes } from '../attributes.ts'

export interface MuonMomentumAttributes {
  readonly momentum: number
  /** Columns of the matrix that a filter array [F, F, C, K] is: K. */
  readonly columns: number
}

/** a·I + b·A + c·A² */
export interface MuonPolynomialAttributes {
  readonly coefficients: readonly [a: number, b: number, c: number]
}

export interface MuonApplyAttributes extends OptimizerAttributes {
  /** Norm that each filter gets on average before the update; 0: filters are not scaled. */
  readonly filterNorm: number
}
