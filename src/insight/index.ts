/** Looking inside with a model that runs: what it predicts, and where it is wrong. To draw the results: `inspect`. */

export { type ClassMetrics, classMetrics, type MacroMetrics, type Measure, macroMetrics } from './classMetrics.ts'
export { DenseEvaluation, type DenseOptions } from './dense.ts'
export type { GridAxis } from './denseGrid.ts'
export { Ensemble } from './ensemble.ts'
export { wilsonInterval } from './interval.ts'
export {
  type Misclassification,
  type MisclassificationsOptions,
  type Prediction,
  surestMistakes,
  topPredictions,
} from './predictions.ts'
