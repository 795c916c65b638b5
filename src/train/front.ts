/** What the front door has of training: the loop, schedules, evaluation, metrics, checkpoints. */

export type { ConfusionMatrix, ConfusionPair } from '../core/confusion.ts'
export type { Average } from '../data/views.ts'
export { ModelBusyError } from '../model/errors.ts'
export { LockedError } from '../platform/errors.ts'
export type { BestEpoch, WatchedSplit } from './best.ts'
export type { Calibration, CalibrationBin } from './calibration.ts'
export type { ClassWeights } from './classWeights.ts'
export { CheckpointError, DataMismatchError, DivergedError } from './errors.ts'
export { evaluate } from './evaluate.ts'
export type { EvaluateOptions } from './evaluateOptions.ts'
export type { ClassEvaluation, Evaluation } from './evaluation.ts'
export { train } from './loop.ts'
export type { EpochRecord, MetricsRecord, StepRecord } from './metrics.ts'
export type { CheckpointOptions, TrainOptions } from './options.ts'
export type { DoneProgress, EpochProgress, Progress, StepProgress, TrainResult, ViewedResult } from './progress.ts'
export {
  resolveSchedule,
  type Schedule,
  type ScheduleKind,
  type ScheduleNumbers,
  type ScheduleSettings,
  scheduleKinds,
} from './schedule.ts'
export type { WeightSummary, WeightsRecord } from './weightRecord.ts'
