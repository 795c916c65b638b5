/** What a training and an evaluation may do with a model, beyond its public methods. */

import type { Program } from '../backends/types.ts'
import type { PlanOptions } from '../plan/types.ts'

/** Options of a plan that the model does not decide itself. */
export type BindOptions = Omit<PlanOptions, 'threads' | 'exact' | 'target'>

/** What only a training may do with a model. */
export interface Trainer {
  /** Makes the program of this plan the model's own, with the weights in it. */
  hold(options: BindOptions): Promise<Program>
  /**
   * Runs a task that leaves the weights as they are, when the uses of the model before it are done. Throws `DisposedError`
   * if the model no longer holds the program.
   */
  exclusively<T>(program: Program, task: () => Promise<T>): Promise<T>
  /** The same for a task that changes the weights: also readers of several parts (an evaluation) are waited for. */
  change<T>(program: Program, task: () => Promise<T>): Promise<T>
  /** Makes the weights current on devices with memory of their own, unless the model was disposed of. */
  fetch(): Promise<void>
}

/** Scores of pictures, as `Model.predict` gives them. */
export type Predict = (pictures: Float32Array) => Promise<Float32Array>

/**
 * Several predictions with the same weights: who would change them waits until the promise of `use` settles. `use` predicts by
 * what it is given; a call on the model itself could wait for a writer that waits for `use`.
 */
export type Predictions = <T>(use: (predict: Predict) => Promise<T>) => Promise<T>
