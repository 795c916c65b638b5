/**
 * Frozen layers in front of those that learn run over the images once; then only the layers behind them are trained, on what
 * the frozen ones gave, which is many times faster and has the same bits.
 */

import { ArgumentError } from 'lenslet/core'
import type { Dataset } from 'lenslet/data'
import type { Model } from 'lenslet/model'
import { type FeatureTraining, featureTraining, type StepOptions } from 'lenslet/train'

/** Bytes that the outputs of frozen layers may take. */
const mostBytes = 2 ** 29

export class FrozenFront {
  readonly #features: FeatureTraining
  #isComputed = false

  private constructor(features: FeatureTraining) {
    this.#features = features
  }

  /** Undefined where the frozen layers have to run in every step. Throws what `train` throws for options and data. */
  static async of(model: Model, data: Dataset, options: StepOptions): Promise<FrozenFront | undefined> {
    if ((options.frozen ?? []).length === 0) return undefined
    const made = await featureTraining(model, data, options, mostBytes)
    return 'reason' in made ? undefined : new FrozenFront(made)
  }

  /** The layers that learn, as a model of their own. */
  get model(): Model {
    return this.#features.model
  }

  /** What they learn from. */
  get data(): Dataset {
    return this.#features.dataset
  }

  /** With the frozen layers that are behind others that learn. Throws `ArgumentError` for augmentation that moves images. */
  options(options: StepOptions): StepOptions {
    const { flip: _, ...moving } = options.augment ?? {}
    const { flip } = this.#features.options.augment ?? {}
    if (Object.values(moving).some(Boolean) || (options.augment?.flip ?? false) !== (flip ?? false))
      throw new ArgumentError('the frozen layers have seen the images as they are', {
        received: 'other augmentation',
        expected: 'that of the start of the training',
        advice: 'press Reset, or let all layers learn',
      })
    return { ...options, frozen: this.#features.options.frozen }
  }

  /**
   * Runs the frozen layers over all images that they have not seen; stopped by the signal, it goes on with the next call.
   *
   * @param heard told how many images are through, and of how many
   */
  async compute(signal: AbortSignal, heard: (done: number, all: number) => void): Promise<void> {
    if (this.#isComputed) return
    await this.#features.compute({ signal, progress: heard })
    this.#isComputed = true
  }

  /** Gives the whole model what was learned. */
  putBack(): Promise<void> {
    return this.#features.putBack()
  }

  dispose(): Promise<void> {
    return Promise.resolve(this.#features.model.dispose())
  }
}
