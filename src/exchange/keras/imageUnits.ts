/**
 * In which units a model takes the values of an image. Many models of Keras have bytes, 0..255, as their input, and begin with
 * a layer that divides by 255 or by the deviation; a photo that Lenslet had divided by 255 would be divided twice.
 */

import type { ModelInfo } from '../../model/info.ts'
import type { Tensor } from './tensor.ts'

/**
 * Of what multiplies bytes: 1/255, 1/127.5, or 1/σ with σ the deviation of photos, 50 to 80. Values from 0 to 1 have
 * deviations of about 1/4, and factors of at least 1.
 */
const largestFactor = 1 / 16

export class ImageUnits {
  /** Places of the layers that give the input's own values. */
  readonly #own = new Set<number>()
  #isBytes = false

  start({ wire }: Tensor): void {
    this.#own.add(wire.index)
  }

  resized({ wire }: Tensor, to: Tensor): Tensor {
    if (this.#own.has(wire.index)) this.#own.add(to.wire.index)
    return to
  }

  rescaled({ wire }: Tensor, factors: readonly number[]): void {
    const isSmall = factors.every((each) => each > 0 && each < largestFactor)
    if (this.#own.has(wire.index) && isSmall) this.#isBytes = true
  }

  /** Bytes as they are: (x/255 − 0)/(1/255). Nothing where the model's first layers do not tell. */
  info({ wire, shape }: Tensor): Pick<ModelInfo, 'normalization'> {
    if (!this.#isBytes || shape.length !== 3) return {}
    const { channels } = wire.volume
    const each = (value: number) => Array.from({ length: channels }, () => value)
    return { normalization: { mean: each(0), std: each(1 / 255) } }
  }
}
