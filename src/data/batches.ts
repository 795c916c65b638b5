/**
 * Batches of a split: shuffled again in each epoch, normalized, augmented, written into memory that the caller owns.
 *
 * There is no iterator state. What step s of epoch e holds is a function of (seed, e, s), so a resumed run goes on with
 * the same bits, and nothing has to be saved but the two numbers. Pictures that are not in memory are read ahead; they are
 * shown in the same order and become the same bits.
 */
import { ArgumentError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { volumeSize } from '../core/shapes.ts'
import { Augmenter } from './augment/augmenter.ts'
import { type Mixture, mixInto, mixtureOf } from './augment/mixing.ts'
import type { Pixels } from './augment/picture.ts'
import { type Augmentation, checkAugmentation, mixesTargets } from './augmentation.ts'
import type { Split, SplitFeatures } from './dataset.ts'
import type { Normalization } from './normalization.ts'
import { ReadAhead } from './readAhead.ts'

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
  /**
   * How many scores there are, one share of the target for each: needed where `mixup` or `cutmix` mix labels, which are then
   * written as shares.
   */
  readonly scores?: number | undefined
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
  readonly #augment: Augmentation
  readonly #augmenter: Augmenter
  readonly #isMixed: boolean
  /** Targets of an image: 1 for a label, or a share for each score. */
  readonly #targetsEach: number
  /** Which picture stands at which position, of this epoch and perhaps the next. */
  readonly #orders = new Map<number, Uint32Array>()
  readonly #ahead: ReadAhead | undefined
  /** A partner's picture, before it is mixed in. */
  readonly #partner: Float32Array
  #epoch = -1

  /** @throws {ArgumentError} a batch that is no whole number from 1, or larger than the split when the last is dropped */
  constructor(split: Split, options: BatchesOptions) {
    const { batch, normalization, seed = 0, shuffle = true, augment = {}, scores } = options
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
    checkAugmentation(augment, split)
    this.#isMixed = mixesTargets(augment)
    const isShared = this.#isMixed && split.targets === undefined && split.isTarget !== true
    if (isShared && scores === undefined)
      throw new ArgumentError('mixed labels need the number of scores', {
        received: 'mixup or cutmix, without scores',
        expected: 'scores: how many scores the network gives',
      })
    this.split = split
    this.batch = batch
    this.stepsPerEpoch = dropLast ? Math.floor(split.count / batch) : Math.ceil(split.count / batch)
    this.picturesPerEpoch = Math.min(split.count, this.stepsPerEpoch * batch)
    this.#seed = seed
    this.#shuffle = shuffle
    this.#augment = augment
    this.#augmenter = new Augmenter(split, augment, normalization, seed)
    this.#targetsEach = split.isTarget
      ? volumeSize(split)
      : isShared
        ? (scores as number)
        : split.targets === undefined
          ? 1
          : split.targets.length / split.count
    this.#partner = new Float32Array(this.#isMixed ? volumeSize(split) : 0)
    this.#ahead = split.store && new ReadAhead(split.store, batch * (this.#isMixed ? 2 : 1))
  }

  /**
   * Reads what a step needs, if it is not in memory; later steps are read meanwhile. `fill` of this step may be called when
   * it resolves; undefined: at once.
   *
   * @throws {DatasetError} a picture that cannot be read
   */
  ready(epoch: number, step: number): Promise<void> | undefined {
    const ahead = this.#ahead
    if (ahead === undefined) return undefined
    const first = epoch * this.stepsPerEpoch + step
    // Without shuffling there is one pass, as an evaluation makes it.
    const last = this.#shuffle ? Number.POSITIVE_INFINITY : (epoch + 1) * this.stepsPerEpoch - 1
    return ahead.read(first, last, (at) => this.#needed(Math.floor(at / this.stepsPerEpoch), at % this.stepsPerEpoch))
  }

  /** The pictures of a step and then their partners. */
  #needed(epoch: number, step: number): Uint32Array {
    const order = this.#orderOf(epoch)
    const { positions, key } = { positions: this.#positions(step), key: this.#augmenter.keyOf(epoch) }
    const own = order.subarray(positions.from, positions.to)
    if (!this.#isMixed) return own
    const partners = Uint32Array.from(own, (_, i) => order[this.#mixture(key, positions.from + i).partner] as number)
    return Uint32Array.from([...own, ...partners])
  }

  #positions(step: number): { readonly from: number; readonly to: number } {
    return { from: step * this.batch, to: Math.min(this.split.count, (step + 1) * this.batch) }
  }

  #mixture(key: number, position: number): Mixture {
    return mixtureOf(this.#augment, this.split, key, position, this.split.count)
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
    const { split } = this
    const size = volumeSize(split)
    const { from, to } = this.#positions(step)
    const filled = to - from
    const order = this.#orderOf(epoch)
    const stored = this.#ahead?.taken(epoch * this.stepsPerEpoch + step)
    const pixels: Pixels = stored === undefined ? split : { ...split, images: stored }
    for (let i = 0; i < filled; i++) {
      const picture = order[from + i] as number
      this.#writeImage(pixels, (stored === undefined ? picture : i) * size, from + i, picture, images, i * size)
      if (!this.#isMixed) {
        this.#addTarget(picture, 1, labels, i)
        continue
      }
      const mixture = this.#mixture(this.#augmenter.key, from + i)
      const partner = order[mixture.partner] as number
      const place = (stored === undefined ? partner : filled + i) * size
      this.#writeImage(pixels, place, mixture.partner, partner, this.#partner, 0)
      mixInto(images, i * size, this.#partner, mixture, split)
      labels.fill(0, i * this.#targetsEach, (i + 1) * this.#targetsEach)
      this.#addTarget(picture, mixture.share, labels, i)
      this.#addTarget(partner, 1 - mixture.share, labels, i)
    }
    if (split.isTarget) labels.set(images)
    if (filled < this.batch) {
      images.fill(0, filled * size)
      labels.fill(0, filled * this.#targetsEach)
    }
    return filled
  }

  #writeImage(pixels: Pixels, from: number, position: number, picture: number, out: Float32Array, to: number): void {
    const { features } = this.split
    if (features === undefined) this.#augmenter.write(pixels, from, position, picture, out, to)
    else this.#writeFeatures(features, position, picture, volumeSize(this.split), out, to)
  }

  /** A share of a picture's target. */
  #addTarget(picture: number, share: number, labels: Int32Array | Float32Array, row: number): void {
    const { labels: classes, targets, isTarget } = this.split
    if (isTarget) return
    const width = this.#targetsEach
    if (targets === undefined && !this.#isMixed) labels[row] = classes[picture] as number
    else if (targets === undefined) {
      const at = row * width + (classes[picture] as number)
      labels[at] = (labels[at] as number) + share
    } else if (!this.#isMixed)
      for (let k = 0; k < width; k++) labels[row * width + k] = targets[picture * width + k] as number
    else
      for (let k = 0; k < width; k++) {
        const at = row * width + k
        labels[at] = (labels[at] as number) + share * (targets[picture * width + k] as number)
      }
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
    const chosen = this.#augmenter.isFlipped(position, picture) ? mirrored : plain
    out.set(chosen.subarray(picture * size, (picture + 1) * size), to)
  }

  /** Which pictures of the split step `step` of `epoch` holds, as a view that the next epoch overwrites. */
  pictures(epoch: number, step: number): Uint32Array {
    const { from, to } = this.#positions(step)
    return this.#orderOf(epoch).subarray(from, to)
  }

  #begin(epoch: number): void {
    if (epoch === this.#epoch) return
    this.#augmenter.begin(epoch)
    this.#epoch = epoch
  }

  /** Drawn again where it is neither of the last two that were asked for; the older one's memory is used again. */
  #orderOf(epoch: number): Uint32Array {
    const known = this.#orders.get(epoch)
    if (known !== undefined) return known
    const [oldest] = this.#orders.keys()
    const isFull = this.#orders.size > (this.#ahead === undefined ? 0 : 1) && oldest !== undefined
    const order = (isFull && this.#orders.get(oldest)) || new Uint32Array(this.split.count)
    if (isFull) this.#orders.delete(oldest)
    for (let i = 0; i < order.length; i++) order[i] = i
    if (this.#shuffle) Random.seeded(this.#seed, 'shuffle', epoch).shuffle(order)
    this.#orders.set(epoch, order)
    return order
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
