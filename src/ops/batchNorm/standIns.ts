/** What WASM kernels read in place of an absent scale or shift: ones and zeros in a workspace. */

import { type Affine, affineCount, affineOf } from '../affine.ts'
import { call } from '../wasm/call.ts'

interface Channels {
  readonly channels: number
}

const float = 4

/** Bytes that `affineAt` needs. */
export function affineBytes({ channels }: Channels, affine: Affine): number {
  return (2 - affineCount(affine)) * channels * float
}

/** Scale and shift; where there is none, an array of ones or zeros at `place`, which the calls of `fill` write. */
export function affineAt({ channels }: Channels, attributes: Affine, addresses: readonly number[], place: number) {
  const { scale, shift, others } = affineOf(attributes, addresses)
  const fill = (target: number, value: number) => call('batchNormFill', { target, channels, value }, 1)
  const zeros = scale === undefined ? place + channels * float : place
  return {
    scale: scale ?? place,
    shift: shift ?? zeros,
    others,
    fill: [...(scale === undefined ? [fill(place, 1)] : []), ...(shift === undefined ? [fill(zeros, 0)] : [])],
  }
}
