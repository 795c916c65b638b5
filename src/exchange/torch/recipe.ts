/**
 * `recipe.json`: all that python/train.py has to know to train as `lenslet train` would. Every value is stated, rules for
 * weights are spelled out weight by weight, and nothing is left to a default, so that the Python side has no logic of its own
 * that could differ. The format is closed: an unknown or missing key is an error there.
 *
 * Beside it are `network.json`, `weights.safetensors` and the data: `data.safetensors` or `images.json`.
 *
 * `weights.safetensors` is a Lenslet model file (src/model/file.ts): the weights before the first step, and in its metadata
 * `format`, `version`, `network` and `info`. What comes home, `last.safetensors` and `best.safetensors`, has the same names and
 * shapes of tensors and these four texts, `format` first, copied as they are. There may be no others but `checksum`, which
 * can be left out. So it is a Lenslet model file, too, and every verb reads it.
 */

import type { Augmentation } from '../../data/augmentation.ts'
import type { Interpolation } from '../../data/interpolation.ts'
import type { Normalization } from '../../data/normalization.ts'
import type { Resize } from '../../data/preprocessing.ts'
import type { LossSettings, TargetKind } from '../../ops/losses/table.ts'
import type { OptimizerSettings } from '../../ops/optimizer/optimizers.ts'
import type { ScheduleSettings } from '../../train/schedule.ts'

export interface TorchRecipe {
  readonly format: 'lenslet.recipe'
  readonly version: 1
  /** What the network is called: `lenet5`. */
  readonly name: string
  /** Of the images, as the network takes them. */
  readonly input: { readonly height: number; readonly width: number; readonly channels: number }
  /** Names of the scores, in their order: classes, labels, or what the numbers are. */
  readonly classes: readonly string[]
  /** Byte b of channel c becomes (b/255 − mean[c])/std[c]; with `bgr` the channels are turned around first. */
  readonly normalization: Required<Normalization>
  readonly data: ArrayData | FileData
  /** Images of each split: what is read must have as many. Validation or test images may be missing: 0. */
  readonly counts: { readonly train: number; readonly validation: number; readonly test: number }
  readonly epochs: number
  /** Images of a batch, over all processes. */
  readonly batch: number
  /** Batches of an update, whose mean gradient it takes. */
  readonly accumulate: number
  /** Updates an epoch: ⌊train / (batch · accumulate)⌋. The images that are left over are not seen in that epoch. */
  readonly stepsPerEpoch: number
  /**
   * Of order, augmentation and dropout: what an image becomes is a function of (seed, epoch, place in the epoch). The order of
   * an epoch is `Random(seed, "shuffle", epoch).shuffled(train)`.
   */
  readonly seed: number
  /** What a training image is compared with: the index of a class, or a value for each score. */
  readonly targets: TargetKind
  /** With label smoothing and class weights. The mean over the images of a batch; auxiliary heads are in the network. */
  readonly loss: LossRecipe
  /** The same without label smoothing and class weights: of evaluations. */
  readonly evaluationLoss: LossRecipe
  /** Every weight that learns is in exactly one group. */
  readonly groups: readonly GroupRecipe[]
  /** Weights that keep their values. Their layers work as in training otherwise: BN by the batch, dropout. */
  readonly fixed: readonly string[]
  /** Layers that work as in an evaluation: BN by running statistics, which do not change, no dropout, weights that keep their values. */
  readonly frozen: readonly string[]
  /** The norm of all gradients together is clipped to this; null: not. */
  readonly clipNorm: number | null
  /**
   * Running mean of the weights that learn and of the running statistics of layers that are not frozen: after the first step
   * a copy, then decay · mean + (1 − decay) · weights after every step. It is evaluated and kept in place of the weights.
   */
  readonly ema: { readonly decay: number } | null
  /**
   * Slow weights of the same, which start as the weights. When s steps of all are done: if s mod `every` = 0, slow becomes
   * k · slow + (1 − k) · weights, with k = keep · (s/all)^power, and the weights become slow. After the last step, where it
   * is no such step, the weights become slow as it is. Weights outside of their group's [from, until) are left alone. Before `ema`.
   */
  readonly lookahead: { readonly every: number; readonly keep: number; readonly power: number } | null
  /** Amounts of 0, `false` and 'zero': does not happen. */
  readonly augment: Required<Augmentation>
  /** When the validation images (the test images, where there are none) are evaluated. */
  readonly evaluate: 'epoch' | 'end' | 'never'
  /** Which weights are the result: those after the epoch with the lowest loss of that evaluation, or the last. */
  readonly keep: 'best' | 'last'
  /** It stops after this many epochs without a lower loss; null: not. */
  readonly patience: number | null
  /** What was done to the weights before they were written, in words. Nothing is left to do. */
  readonly start: readonly string[]
}

/** Kind and every number; `classWeights` or `positiveWeights` only where scores are weighted. */
export type LossRecipe = LossSettings

/** Weights that learn alike. */
export interface GroupRecipe {
  /** Full names, as in weights.safetensors: `conv1.filters`. */
  readonly weights: readonly string[]
  /**
   * Kind and every number. `rate` is the full rate, with all factors; `weightDecay` is 0 where these weights do not decay.
   * Muon has only weights that it is for: the others are in a group of their own.
   */
  readonly optimizer: OptimizerSettings
  readonly schedule: ScheduleRecipe
  /** They learn in steps [from, until), counted over the whole training. Otherwise they, and their state, stay as they are. */
  readonly from: number
  readonly until: number
}

/**
 * Kind and every number, in epochs of `stepsPerEpoch` steps: src/train/schedule.ts. At step s its time is
 * (s − from)/stepsPerEpoch, and it ends after `epochs`.
 */
export type ScheduleRecipe = ScheduleSettings & { readonly epochs: number; readonly from: number }

/**
 * Images as bytes in a safetensors file of the folder: `train.images`, and `validation.images` and `test.images` where there
 * are any, U8 [n, height, width, channels]; with `train.labels`, I32 [n], or `train.targets`, F32 [n, scores].
 */
export interface ArrayData {
  readonly kind: 'arrays'
  /** `data.safetensors` */
  readonly file: string
  /** What it was made from, for people: `mnist`, `images:/home/me/photos`. */
  readonly source: string
  /** Number, size, classes and checksum of the training images, and of the others, as runs of Lenslet state them. */
  readonly identity: { readonly training: string; readonly tests: string }
}

/** Image files that stay where they are. */
export interface FileData {
  readonly kind: 'files'
  /** The folder that their paths start from. Absolute; `train.py --data FOLDER` names another. */
  readonly root: string
  /** `images.json`: an `ImageList`. */
  readonly file: string
  readonly source: string
  readonly identity: { readonly training: string; readonly tests: string }
  /** How a photo becomes `input`: scaled by Pillow, then the center is cut out, or padded with `fill` (red, green, blue). */
  readonly prepare: {
    readonly resize: { readonly [Name in keyof Required<Resize>]: Resize[Name] | null }
    readonly interpolation: Interpolation
    readonly fill: readonly number[]
  }
}

/** `images.json`. The place of a file in its list is the number of the image: order and augmentation depend on it. */
export interface ImageList {
  readonly format: 'lenslet.images'
  readonly version: 1
  readonly train: ImageFiles
  /** Null where there are none. */
  readonly validation: ImageFiles | null
  readonly test: ImageFiles | null
}

export interface ImageFiles {
  /** Paths from the root, with `/`. */
  readonly files: readonly string[]
  /** The class of each; null where there are targets. */
  readonly labels: readonly number[] | null
  /** A value for each score of each; null where there are labels. */
  readonly targets: readonly (readonly number[])[] | null
}
