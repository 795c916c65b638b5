/**
 * Batches of a split: shuffled again in each epoch, normalized, augmented, written into memory that the caller owns.
 *
 * There is no iterator state. What step s of epoch e holds is a function of (seed, e, s), so a resumed run goes on with
 * the same bits, and nothing has to be saved but the two numbers.
 */
import { ArgumentError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { type Augmentation, checkAugmentation } from './augmentation.ts'
import type { Split, SplitFeatures } from './dataset.ts'
import { channelOffset, type Normalization, normalizationTable } from './normalization.ts'
import { isFlipped, writeAugmented, writePlain } from './picture.ts'

export interface BatchesOptions {
  /** Pictures a step. */
  readonly batch: number
  readonly normalization: Normalization
  /** Of the order and of the augmentation; default: 0. */
  readonly seed?: number
  /** A new order each epoch; default: true. */
  readonly shuffle?: boolean
  /** Leave out the pictures of an epoch that do not fill a batch; default: as `shuffle`. */
  readonly dropLast?: boolean
  readonly augment?: Augmentation
}

export class Batches {
  readonly split: Split
  /** Pictures a step. */
  readonly batch: number
  readonly stepsPerEpoch: number
  /** Pictures that an epoch shows. */
  readonly picturesPerEpoch: number
  readonly #seed: number
  readonly #shuffle: boolean
  readonly #augment: Augmentation | undefined
  readonly #table: Float32Array
  readonly #offset: number
  /** Targets of an image: 1 for a label. */
  readonly #targetsEach: number
  /** [n]: which picture stands at which position of `#epoch`. */
  readonly #order: Uint32Array
  #epoch = -1
  #key = 0

  /** @throws {ArgumentError} a batch that is no whole number from 1, or larger than the split when the last is dropped */
  constructor(split: Split, options: BatchesOptions) {
    const { batch, normalization, seed = 0, shuffle = true, augment } = options
    const { dropLast = shuffle } = options
    if (!Number.isInteger(batch) || batch < 1)
      throw new ArgumentError('not a batch size', {
        received: String(batch),
        expected: 'a whole number from 1',
        advice: '--batch 32',
      })
    if (dropLast && batch > split.count)
      throw new ArgumentError('the batch is larger than the split, so there is no whole batch in it', {
        received: `batch ${batch}, ${split.count} images`,
        expected: `a batch of at most ${split.count}`,
        advice: `--batch ${split.count}`,
      })
    if (normalization.mean.length !== split.channels || normalization.std.length !== split.channels)
      throw new ArgumentError('the normalization does not fit the images', {
        received: `${normalization.mean.length} means and ${normalization.std.length} deviations`,
        expected: `${split.channels} of each, one a channel`,
      })
    if (augment !== undefined) checkAugmentation(augment, split)
    this.split = split
    this.batch = batch
    this.stepsPerEpoch = dropLast ? Math.floor(split.count / batch) : Math.ceil(split.count / batch)
    this.picturesPerEpoch = Math.min(split.count, this.stepsPerEpoch * batch)
    this.#seed = seed
    this.#shuffle = shuffle
    this.#augment = augment && (augment.flip || augment.crop || augment.cutout) ? augment : undefined
    this.#table = normalizationTable(normalization)
    this.#offset = channelOffset(normalization)
    this.#targetsEach = split.targets === undefined ? 1 : split.targets.length / split.count
    this.#order = new Uint32Array(split.count)
  }

  /**
   * Writes step `step` (from 0) of epoch `epoch` (from 0). Allocates nothing, except that the first call for another
   * epoch draws its order.
   *
   * @param images [batch, height, width, channels]; what the last, smaller batch does not reach becomes 0
   * @param labels [batch], or [batch, classes] of a split with targets; likewise
   * @returns pictures written: `batch`, or fewer in the last step when `dropLast` is off
   */
  fill(epoch: number, step: number, images: Float32Array, labels: Int32Array | Float32Array): number {
    this.#check(epoch, step, images, labels)
    this.#begin(epoch)
    const { split, batch } = this
    const size = split.height * split.width * split.channels
    const width = this.#targetsEach
    const given = split.targets ?? split.labels
    const start = step * batch
    const filled = Math.min(batch, split.count - start)
    for (let i = 0; i < filled; i++) {
      const picture = this.#order[start + i] as number
      for (let k = 0; k < width; k++) labels[i * width + k] = given[picture * width + k] as number
      const [table, offset] = [this.#table, this.#offset]
      if (split.features !== undefined) this.#writeFeatures(split.features, start + i, picture, size, images, i)
      else if (this.#augment === undefined) writePlain(split, table, offset, picture * size, images, i * size)
      else writeAugmented(split, table, offset, this.#augment, this.#key, start + i, picture * size, images, i * size)
    }
    if (filled < batch) {
      images.fill(0, filled * size)
      labels.fill(0, filled * width)
    }
    return filled
  }

  /** Of features only a flip can be drawn: both versions are there. */
  #writeFeatures(
    features: SplitFeatures,
    position: number,
    picture: number,
    size: number,
    out: Float32Array,
    to: number,
  ) {
    const { plain, mirrored = plain } = features
    const chosen = this.#augment?.flip === true && isFlipped(this.#key, position) ? mirrored : plain
    out.set(chosen.subarray(picture * size, (picture + 1) * size), to * size)
  }

  /** Which pictures of the split step `step` of `epoch` holds, as a view that the next epoch overwrites. */
  pictures(epoch: number, step: number): Uint32Array {
    this.#begin(epoch)
    return this.#order.subarray(step * this.batch, Math.min(this.split.count, (step + 1) * this.batch))
  }

  #begin(epoch: number): void {
    if (epoch === this.#epoch) return
    for (let i = 0; i < this.#order.length; i++) this.#order[i] = i
    if (this.#shuffle) Random.seeded(this.#seed, 'shuffle', epoch).shuffle(this.#order)
    this.#key = Random.seeded(this.#seed, 'augment', epoch).uint32()
    this.#epoch = epoch
  }

  #check(epoch: number, step: number, images: Float32Array, labels: Int32Array | Float32Array): void {
    if (!Number.isInteger(epoch) || epoch < 0 || !Number.isInteger(step) || step < 0 || step >= this.stepsPerEpoch)
      throw new ArgumentError('no such step', {
        received: `epoch ${epoch}, step ${step}`,
        expected: `an epoch from 0 and a step from 0 to ${this.stepsPerEpoch - 1}`,
      })
    const { height, width, channels } = this.split
    if (images.length !== this.batch * height * width * channels || labels.length !== this.batch * this.#targetsEach)
      throw new ArgumentError('the memory for a batch has the wrong length', {
        received: `${images.length} values and ${labels.length} labels`,
        expected: `${this.batch} × ${height} × ${width} × ${channels} = ${this.batch * height * width * channels} values and ${this.batch * this.#targetsEach} labels`,
      })
  }
}
