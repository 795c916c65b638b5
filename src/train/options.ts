/** The options of a training, and the settings that follow from them: every number checked, every default filled in. */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions, type OptionNames, printKind } from '../core/options.ts'
import { volumeSize } from '../core/shapes.ts'
import { type Augmentation, mixesTargets } from '../data/augmentation.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Normalization } from '../data/normalization.ts'
import { type BindOptions, Model } from '../model/model.ts'
import { inferVolumes } from '../network/volumes.ts'
import { type LossSettings, resolveLoss } from '../ops/losses/table.ts'
import {
  type Optimizer,
  type OptimizerKind,
  type OptimizerSettings,
  resolveOptimizer,
} from '../ops/optimizer/optimizers.ts'
import { type RateRule, rateFactors } from '../plan/rates.ts'
import { type ClassWeights, classWeightsOf } from './classWeights.ts'
import { guessOf, lossWith } from './loss.ts'
import { checkData, frozenLayers, matchDataset } from './match.ts'
import { resolveSchedule, type Schedule, type ScheduleKind, type ScheduleSettings } from './schedule.ts'
import { watchedSplitOf } from './splits.ts'

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
  /** Factors of the learning rate; null where all weights learn at the same rate. */
  readonly groups: readonly RateRule[] | null
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
  augment: true,
  labelSmoothing: true,
  classWeights: true,
  clipNorm: true,
  recompute: true,
  frozen: true,
  seed: true,
  evaluate: true,
  earlyStopping: true,
  keep: true,
  checkpoint: true,
  metrics: true,
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
  const { epochs, batch = 32, seed = 0, decay = 'weights', clipNorm } = options
  whole('epochs', epochs, 1, 1_000_000)
  whole('batch', batch, 1, 2 ** 24)
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
  const normalization = checkData(model, dataset, batch)
  const { augment = {} } = options
  if (mixesTargets(augment) && !resolveLoss(loss).takesShares)
    throw new ArgumentError('the loss does not take shares of classes', {
      received: `mixup or cutmix, and the loss ${loss.kind}`,
      expected: 'cross-entropy, a loss of labels or of numbers',
    })
  const stepsPerEpoch = Math.floor(dataset.train.count / batch)
  const update = resolveOptimizer(options.optimizer ?? 'adam')
  const rates = resolveSchedule(options.schedule ?? 'constant', { epochs, stepsPerEpoch })
  return {
    epochs,
    stepsPerEpoch,
    loss,
    isGraded: resolveLoss(loss).compares !== 'numbers',
    guess: guessOf(model.network, loss, Math.max(2, dataset.classes.length)),
    batch,
    update,
    optimizer: update.settings,
    rates,
    schedule: rates.settings,
    decay,
    groups: checkedRates(model, options.rates ?? []),
    augment,
    labelSmoothing,
    classWeights: classWeights ?? null,
    clipNorm: clipNorm ?? null,
    frozen: frozenLayers(model, options.frozen ?? []),
    seed,
    normalization,
    evaluate,
    patience: earlyStopping?.patience,
    keep,
    recompute: options.recompute ?? false,
    checkpoint: options.checkpoint && checkpointSettings(options.checkpoint),
  }
}

/** Names are checked now, not when the plan is made. */
function checkedRates({ network }: Model, rates: readonly RateRule[]): readonly RateRule[] | null {
  rateFactors(inferVolumes(network), rates)
  return rates.length === 0 ? null : rates
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
  const { batch, optimizer, decay, groups, clipNorm, loss, frozen, augment = {}, recompute = false } = settings
  return {
    batch,
    recompute,
    frozen,
    goal: {
      kind: 'training',
      loss,
      optimizer,
      decay,
      ...(groups && { rates: groups }),
      ...(clipNorm === null ? {} : { clipNorm }),
      ...(mixesTargets(augment) && { shares: true }),
    },
  }
}

/** The settings that decide on a plan. */
type PlannedSettings = Pick<
  TrainSettings,
  'batch' | 'optimizer' | 'decay' | 'groups' | 'clipNorm' | 'loss' | 'frozen'
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
