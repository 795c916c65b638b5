/** Attributes of the optimizer ops: what stays the same over a whole training. What changes is in `scalars`. */

export interface OptimizerAttributes {
  /** λ; added to the gradient as λ·p (L2), except where `decoupled`. 0 for parameters that do not decay. */
  readonly weightDecay: number
}

/** updates [p, velocity?]: there is a velocity if momentum is not 0. */
export interface SgdAttributes extends OptimizerAttributes {
  readonly momentum: number
  readonly nesterov: boolean
}

/** updates [p, squares] */
export interface AdagradAttributes extends OptimizerAttributes {
  readonly epsilon: number
}

/** updates [p, squares, velocity?]: there is a velocity if momentum is not 0. */
export interface RmspropAttributes extends OptimizerAttributes {
  /** How much of the running mean of squares is kept: α of PyTorch, decay_rate of the notes. */
  readonly smoothing: number
  readonly epsilon: number
  readonly momentum: number
}

/** updates [p, squares, moves] */
export interface AdadeltaAttributes extends OptimizerAttributes {
  /** How much of the running means of squares is kept: ρ of the paper. */
  readonly smoothing: number
  readonly epsilon: number
}

/** updates [p, mean, squares] */
export interface AdamAttributes extends OptimizerAttributes {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** AdamW: the parameter shrinks by rate·λ on its own, outside the moments. */
  readonly decoupled: boolean
}
