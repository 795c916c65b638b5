/**
 * Writes pictures as a network takes them: normalized, and augmented as the draws of (seed, epoch, position) say. The usual
 * words move whole pixels, straight from the bytes to the batch (picture.ts); the others sample the picture into a scratch
 * memory first.
 */
import { Random } from '../../core/random.ts'
import { type Volume, volumeSize } from '../../core/shapes.ts'
import type { Augmentation } from '../augmentation.ts'
import { drawInteger } from '../draws.ts'
import { channelOffset, type Normalization, normalizationTable } from '../normalization.ts'
import { changeColor, changesColor } from './color.ts'
import { erase } from './erase.ts'
import { cutOut, isFlipped, type Pixels, writeAugmented, writePlain } from './picture.ts'
import { isWarped, sample, sourceOf } from './warp.ts'

export class Augmenter {
  readonly #augment: Augmentation
  readonly #normalization: Normalization
  readonly #table: Float32Array
  readonly #offset: number
  readonly #seed: number
  readonly #isMoved: boolean
  /** [height, width, channels]: where pictures are sampled to. */
  readonly #scratch: Float32Array | undefined
  /** By the channels of the picture: what becomes 0. */
  readonly #outside: Float64Array | undefined
  /** Which half of the pictures is mirrored in even epochs. */
  readonly #halves: number
  #key = 0
  #epoch = -1

  constructor(volume: Volume, augment: Augmentation, normalization: Normalization, seed: number) {
    this.#augment = augment
    this.#normalization = normalization
    this.#table = normalizationTable(normalization)
    this.#offset = channelOffset(normalization)
    this.#seed = seed
    this.#halves = Random.seeded(seed, 'alternating').uint32()
    const { flip = false, crop = 0, cutout = 0 } = augment
    this.#isMoved = flip !== false || crop > 0 || cutout > 0
    if (!isWarped(augment) && !changesColor(augment)) return
    this.#scratch = new Float32Array(volumeSize(volume))
    if (augment.border === 'reflect') return
    const { mean } = normalization
    this.#outside = Float64Array.from(mean, (_, c) => 255 * (mean[Math.abs(this.#offset - c)] as number))
  }

  /** The key of the epoch's draws. */
  get key(): number {
    return this.#key
  }

  keyOf(epoch: number): number {
    return epoch === this.#epoch ? this.#key : Random.seeded(this.#seed, 'augment', epoch).uint32()
  }

  begin(epoch: number): void {
    this.#key = this.keyOf(epoch)
    this.#epoch = epoch
  }

  /**
   * @param position in the epoch
   * @param picture its number in the split, which does not change from epoch to epoch
   */
  isFlipped(position: number, picture: number): boolean {
    const { flip = false } = this.#augment
    if (flip === 'alternating') return (drawInteger(this.#halves, picture, 0, 2) + this.#epoch) % 2 === 1
    return flip && isFlipped(this.#key, position)
  }

  /** Writes the picture whose first byte is `from` to float `to`. */
  write(pixels: Pixels, from: number, position: number, picture: number, out: Float32Array, to: number): void {
    const [augment, key, scratch] = [this.#augment, this.#key, this.#scratch]
    const flip = this.isFlipped(position, picture)
    if (scratch !== undefined) {
      sample(pixels, from, sourceOf(pixels, augment, key, position, flip), this.#outside, scratch)
      if (changesColor(augment)) changeColor(scratch, pixels.channels, augment, key, position)
      this.#normalize(scratch, out, to)
      if (augment.cutout) cutOut(pixels, augment.cutout, key, position, out, to)
    } else if (this.#isMoved)
      writeAugmented(pixels, this.#table, this.#offset, augment, key, position, from, out, to, flip)
    else writePlain(pixels, this.#table, this.#offset, from, out, to)
    if (augment.erase) erase(pixels, augment.erase, key, position, out, to)
  }

  #normalize(values: Float32Array, out: Float32Array, to: number): void {
    const { mean, std } = this.#normalization
    const channels = mean.length
    for (let c = 0; c < channels; c++) {
      const factor = 1 / (255 * (std[c] as number))
      const shift = (mean[c] as number) / (std[c] as number)
      const from = this.#offset === 0 ? c : Math.abs(this.#offset - c)
      for (let at = 0; at < values.length; at += channels)
        out[to + at + c] = (values[at + from] as number) * factor - shift
    }
  }
}
