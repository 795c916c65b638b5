/** The options of a training, and the settings that follow from them: every number checked, every default filled in. */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions, type OptionNames, printKind } from '../core/options.ts'
import { volumeSize } from '../core/shapes.ts'
import { type Augmentation, mixesTargets } from '../data/augmentation.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Normalization } from '../data/normalization.ts'
import { Model } from '../model/model.ts'
import type { BindOptions } from '../model/uses.ts'
import { type LossSettings, resolveLoss } from '../ops/losses/table.ts'
import {
  type Optimizer,
  type OptimizerKind,
  type OptimizerSettings,
  resolveOptimizer,
} from '../ops/optimizer/optimizers.ts'
import { type ClassWeights, classWeightsOf } from './classWeights.ts'
import { goalOf, type ParameterGroup, type RateRule, resolveGroups, type TrainGroup } from './groups.ts'
import { guessOf, lossWith } from './loss.ts'
import { checkData, frozenLayers, matchDataset } from './match.ts'
import { type EmaOptions, type LookaheadOptions, type MeanSettings, resolveMeans } from './means.ts'
import { resolveSchedule, type Schedule, type ScheduleKind, type ScheduleSettings } from './schedule.ts'
import { watchedSplitOf } from './splits.ts'
import { type ResolvedStart, resolveStarts, type Start } from './starts/options.ts'

export interface TrainOptions {
  /** Passes over the training pictures; from 1. */
  readonly epochs: number
  /** Pictures a step. Default 32. An epoch leaves out what does not fill a batch: other pictures each time. */
  readonly batch?: number | undefined
  /** Default `adam` with its default rate, 0.001. */
  readonly optimizer?: OptimizerSettings | OptimizerKind | undefined
  /** Default `constant`. */
  readonly schedule?: ScheduleSettings | ScheduleKind | undefined
  /** What weight decay shrinks: `weights` (default) leaves biases and norms alone, `all` does not. */
  readonly decay?: 'weights' | 'all' | undefined
  /**
   * Factors of the learning rate for some of the weights, by layer, weight or pattern; the first that fits counts:
   * `[{ weights: 'head', factor: 1 }, { weights: '*', factor: 0.1 }]`. Default: none.
   */
  readonly rates?: readonly RateRule[] | undefined
  /**
   * Weights that learn by other rules: an optimizer, a factor of the rate, a decay or a schedule of their own, frozen, or in
   * some of the epochs only. Of several rules for a weight, the first counts that states the setting. `rates` come last.
   */
  readonly groups?: readonly ParameterGroup[] | undefined
  /**
   * Batches for one update, whose gradients are added up: `batch: 32, accumulate: 4` updates by the gradients of 128 images in
   * the memory of 32. Batch normalization still normalizes by the 32. Default 1.
   */
  readonly accumulate?: number | undefined
  /**
   * A running mean of the weights and of running statistics: `{ decay: 0.999 }`. Evaluations, the best epoch and the model
   * at the end are then those of the mean; with `step` progress, the model has the weights that are being trained.
   */
  readonly ema?: EmaOptions | undefined
  /** Slow weights, to which the weights return every few steps: `{ every: 5, keep: 0.5 }`. */
  readonly lookahead?: LookaheadOptions | undefined
  /**
   * How weights start, in this order, before the first step: `[{ kind: 'whitening' }, { kind: 'identity' }]`. A training that
   * is resumed does not start again. Default: as the model has them.
   */
  readonly start?: readonly Start[] | undefined
  readonly augment?: Augmentation | undefined
  /**
   * ε in [0, 1): the share of each target that is spread over all classes, by cross-entropy. Default: what the network's
   * LOSS says, or 0.
   */
  readonly labelSmoothing?: number | undefined
  /**
   * How much each score counts in the loss: of classes for cross-entropy and hinge, of labels where they apply for sigmoid
   * cross-entropy. In the order of the scores; by name, `{ cat: 2 }`; or `balanced`. Default: 1 for all. Evaluations are not
   * weighted.
   */
  readonly classWeights?: ClassWeights | undefined
  /** Clip the norm of all gradients together to this. Default: no clipping. */
  readonly clipNorm?: number | undefined
  /**
   * Less memory for more computation, with the same bits: activations are computed again in the backward pass. `true`: the
   * least memory. `{ memory }`: only as much as fits the training into this many bytes. Default false.
   */
  readonly recompute?: BindOptions['recompute'] | undefined
  /**
   * Layers that are not trained: by name or pattern (`stage1/*`); `until:conv4`, a layer and all in front of it; or
   * `all-but-head`, all but the layer that gives the scores. Default: none.
   */
  readonly frozen?: readonly string[] | undefined
  /** Of the order, the augmentation and dropout; a whole number. Default 0. (The weights' is `Model.create`'s.) */
  readonly seed?: number | undefined
  /**
   * When the model is evaluated. Default `epoch`: after each epoch on the validation split, and once at the end on the
   * test split; where the data has no validation split, after each epoch on the test split.
   */
  readonly evaluate?: 'epoch' | 'end' | 'never' | undefined
  /**
   * At the end, also evaluate several views of every test image (the validation images where there are no test images), as
   * `evaluate` does with these views. Default: none.
   */
  readonly views?: string | undefined
  /**
   * Stop after this many epochs without a lower validation loss (test loss where the data has no validation split).
   * Epochs of the schedule's warm-up are not counted.
   */
  readonly earlyStopping?: { readonly patience: number } | undefined
  /**
   * Which weights the model has at the end: the last ones (default), or the best: those after the epoch with the lowest
   * validation loss (test loss where the data has no validation split). `result.lastWeights` then has the last ones. After
   * an abort, or after leaving the loop, they are always the last.
   */
  readonly keep?: 'last' | 'best' | undefined
  readonly checkpoint?: CheckpointOptions | undefined
  /** Path of a file of JSON lines: some forty an epoch, and one for each epoch. */
  readonly metrics?: string | undefined
  /**
   * Once an epoch, at its last step, record how the weights are distributed and how much the step changes them
   * (`WeightsRecord`). Takes a copy of the weights for that step, and never changes the result. Default false.
   */
  readonly watchWeights?: boolean | undefined
  /** Go on from this checkpoint: its path or bytes. The options must be those that it was made with. */
  readonly resume?: string | Uint8Array | undefined
  /** Stops after the step that is running, writes a checkpoint if there is a path for it, and ends with `stopped: 'aborted'`. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Written at the start, at each epoch's end, at an abort, and in between. Next to it are `<path>.history`, the records of the
 * training so far, and `<path>.good`, the last checkpoint whose weights had a sensible loss: after a divergence it
 * becomes the checkpoint. One training at a time writes a checkpoint; another one gets a `LockedError`.
 */
export interface CheckpointOptions {
  readonly path: string
  /** Default 60. */
  readonly everySeconds?: number | undefined
  /** Default: never by steps. */
  readonly everySteps?: number | undefined
}

/** All settings, other than data, network and initial weights, that the result depends on, bit for bit. Plain data. */
export interface BitSettings {
  readonly batch: number
  readonly optimizer: OptimizerSettings
  readonly schedule: ScheduleSettings
  readonly decay: 'weights' | 'all'
  /** Rules for some of the weights; null where there are none. */
  readonly groups: readonly ParameterGroup[] | null
  readonly accumulate: number
  readonly ema: MeanSettings['ema']
  readonly lookahead: MeanSettings['lookahead']
  readonly augment: Augmentation
  readonly labelSmoothing: number
  readonly classWeights: readonly number[] | null
  readonly clipNorm: number | null
  /** Names of layers, in the network's order. */
  readonly frozen: readonly string[]
  readonly seed: number
  readonly normalization: Normalization
}

export interface TrainSettings extends BitSettings {
  /** Images of an update: of `accumulate` batches. */
  readonly imagesPerStep: number
  /** What `groups` come to, in the order of the plan's groups. */
  readonly learning: readonly TrainGroup[]
  readonly starts: readonly ResolvedStart[]
  readonly epochs: number
  readonly stepsPerEpoch: number
  /** What is minimized: the network's own loss, with label smoothing and class weights. */
  readonly loss: LossSettings
  /** Whether an image can be right or wrong; numbers are neither. */
  readonly isGraded: boolean
  /** The loss of a guess; 0 where nothing is known of it. */
  readonly guess: number
  readonly rates: Schedule
  readonly update: Optimizer
  readonly evaluate: 'epoch' | 'end' | 'never'
  /** Undefined where images are evaluated as they are only. */
  readonly views: string | undefined
  readonly watchWeights: boolean
  readonly patience: number | undefined
  readonly keep: 'last' | 'best'
  readonly recompute: NonNullable<BindOptions['recompute']>
  readonly checkpoint: { readonly path: string; readonly everySeconds: number; readonly everySteps: number } | undefined
}

const optionNames: OptionNames<TrainOptions> = {
  epochs: true,
  batch: true,
  optimizer: true,
  schedule: true,
  decay: true,
  rates: true,
  groups: true,
  accumulate: true,
  ema: true,
  lookahead: true,
  start: true,
  augment: true,
  labelSmoothing: true,
  classWeights: true,
  clipNorm: true,
  recompute: true,
  frozen: true,
  seed: true,
  evaluate: true,
  views: true,
  earlyStopping: true,
  keep: true,
  checkpoint: true,
  metrics: true,
  watchWeights: true,
  resume: true,
  signal: true,
}

const rate = "optimizer: { kind: 'adam', rate: 0.001 }"
/** What other libraries call them. */
const otherNames = {
  learningRate: rate,
  rate,
  lr: rate,
  momentum: "optimizer: { kind: 'momentum', momentum: 0.9 }",
  weightDecay: "optimizer: { kind: 'adamw', weightDecay: 0.01 }",
  batchSize: 'batch',
  patience: 'earlyStopping: { patience: 5 }',
  freeze: "frozen: ['all-but-head']",
  gradientAccumulation: 'accumulate',
  augmentation: 'augment',
}

/** Throws `ArgumentError`, `DataMismatchError`, `LabelRangeError` or `AugmentationError`. */
export function resolveSettings(model: Model, dataset: Dataset, options: TrainOptions): TrainSettings {
  if (!(model instanceof Model)) {
    throw new ArgumentError('train takes a model', {
      received: printKind(model),
      expected: 'what Model.create returns',
    })
  }
  if (typeof dataset !== 'object' || dataset === null || !('train' in dataset)) {
    throw new ArgumentError('train takes a data set', {
      received: printKind(dataset),
      expected: 'what openDataset, dataset or idxDataset returns',
    })
  }
  checkOptions('train', options, optionNames, otherNames)
  if (options.earlyStopping !== undefined) checkOptions('earlyStopping', options.earlyStopping, { patience: true })
  const { epochs, batch = 32, seed = 0, decay = 'weights', clipNorm, accumulate = 1 } = options
  whole('epochs', epochs, 1, 1_000_000)
  whole('batch', batch, 1, 2 ** 24)
  whole('accumulate', accumulate, 1, 2 ** 16)
  whole('seed', seed, -(2 ** 31), 2 ** 31 - 1)
  oneOf('decay', decay, ['weights', 'all'])
  const classWeights =
    options.classWeights && classWeightsOf(options.classWeights, matchDataset(model, dataset), volumeSize(model.output))
  const loss = lossWith(model, { ...options, classWeights })
  const labelSmoothing = loss.kind === 'cross-entropy' ? (loss.smoothing ?? 0) : 0
  number('labelSmoothing', labelSmoothing, 'in [0, 1), usually 0.1', (value) => value >= 0 && value < 1)
  if (clipNorm !== undefined) number('clipNorm', clipNorm, 'more than 0; leave it out for no clipping', (v) => v > 0)
  const { evaluate = 'epoch', earlyStopping, keep = 'last' } = options
  oneOf('evaluate', evaluate, ['epoch', 'end', 'never'])
  oneOf('keep', keep, ['last', 'best'])
  if (earlyStopping !== undefined) whole('earlyStopping.patience', earlyStopping.patience, 1, 1_000_000)
  if (earlyStopping !== undefined) needsEvaluation('early stopping', dataset, evaluate)
  if (keep === 'best') needsEvaluation("keep: 'best'", dataset, evaluate)
  const imagesPerStep = batch * accumulate
  const normalization = checkData(model, dataset, imagesPerStep)
  const { augment = {} } = options
  if (mixesTargets(augment) && !resolveLoss(loss).takesShares)
    throw new ArgumentError('the loss does not take shares of classes', {
      received: `mixup or cutmix, and the loss ${loss.kind}`,
      expected: 'cross-entropy, a loss of labels or of numbers',
    })
  const stepsPerEpoch = Math.floor(dataset.train.count / imagesPerStep)
  const update = resolveOptimizer(options.optimizer ?? 'adam')
  const rates = resolveSchedule(options.schedule ?? 'constant', { epochs, stepsPerEpoch })
  const { rules, groups } = resolveGroups(model.network, options, { optimizer: update, epochs, stepsPerEpoch })
  return {
    epochs,
    stepsPerEpoch,
    imagesPerStep,
    accumulate,
    ...resolveMeans(options.ema, options.lookahead),
    learning: groups,
    starts: resolveStarts(model.network, options.start),
    loss,
    isGraded: resolveLoss(loss).compares !== 'numbers',
    guess: guessOf(model.network, loss, Math.max(2, dataset.classes.length)),
    batch,
    update,
    optimizer: update.settings,
    rates,
    schedule: rates.settings,
    decay,
    groups: rules,
    augment,
    labelSmoothing,
    classWeights: classWeights ?? null,
    clipNorm: clipNorm ?? null,
    frozen: frozenLayers(model, options.frozen ?? []),
    seed,
    normalization,
    evaluate,
    views: options.views === 'none' ? undefined : options.views,
    watchWeights: options.watchWeights ?? false,
    patience: earlyStopping?.patience,
    keep,
    recompute: options.recompute ?? false,
    checkpoint: options.checkpoint && checkpointSettings(options.checkpoint),
  }
}

/** Both compare epochs by the loss on pictures that are not trained on. */
function needsEvaluation(what: string, dataset: Dataset, evaluate: string): void {
  if (watchedSplitOf(dataset) === undefined) {
    throw new ArgumentError(`${what} needs images that are not trained on`, {
      received: `${dataset.name}, without validation and test images`,
      expected: 'a data set with a validation or a test split',
    })
  }
  if (evaluate === 'epoch') return
  throw new ArgumentError(`${what} needs an evaluation after each epoch`, {
    received: `evaluate: '${evaluate}'`,
    expected: "evaluate: 'epoch'",
  })
}

/** The plan of a training with these settings: what the training allocates, and what its description must print. */
export function planOptionsOf(settings: PlannedSettings): BindOptions {
  const { batch, optimizer, decay, learning, clipNorm, loss, frozen, augment = {}, recompute = false } = settings
  const { accumulate, ema, lookahead } = settings
  return {
    batch,
    recompute,
    frozen,
    goal: {
      kind: 'training',
      loss,
      optimizer,
      decay,
      groups: learning.map(goalOf),
      accumulate,
      ...(ema && { ema: true }),
      ...(lookahead && { lookahead: true }),
      ...(clipNorm === null ? {} : { clipNorm }),
      ...(mixesTargets(augment) && { shares: true }),
    },
  }
}

/** The settings that decide on a plan. */
type PlannedSettings = Pick<
  TrainSettings,
  'batch' | 'optimizer' | 'decay' | 'learning' | 'clipNorm' | 'loss' | 'frozen' | 'accumulate' | 'ema' | 'lookahead'
> &
  Partial<Pick<TrainSettings, 'recompute' | 'augment'>>

function checkpointSettings(options: CheckpointOptions) {
  checkOptions<CheckpointOptions>('checkpoint', options, { path: true, everySeconds: true, everySteps: true })
  const { path, everySeconds = 60, everySteps } = options
  if (typeof path !== 'string' || path === '')
    throw new ArgumentError('a checkpoint needs a path', { received: JSON.stringify(path) ?? 'none' })
  number('checkpoint.everySeconds', everySeconds, 'more than 0', (value) => value > 0)
  if (everySteps !== undefined) whole('checkpoint.everySteps', everySteps, 1, Number.MAX_SAFE_INTEGER)
  return { path, everySeconds, everySteps: everySteps ?? Number.POSITIVE_INFINITY }
}

function whole(name: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return
  throw new ArgumentError(`${name} is invalid`, {
    received: String(value),
    expected: `a whole number from ${least} to ${most}`,
  })
}

function number(name: string, value: unknown, text: string, allows: (value: number) => boolean): void {
  if (typeof value === 'number' && Number.isFinite(value) && allows(value)) return
  throw new ArgumentError(`${name} is invalid`, { received: String(value), expected: `a number ${text}` })
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return
  throw new ArgumentError(`${name} is invalid`, { received: String(value), expected: allowed.join(', ') })
}
