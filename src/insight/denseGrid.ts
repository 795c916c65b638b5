/** Where the crops of a dense evaluation lie, and which shifted image gives which of them: one axis. */

import { ArgumentError } from '../core/errors.ts'

export interface GridAxis {
  /** Pixels of the image. */
  readonly side: number
  /** Pixels of a crop: the side of the network's input. */
  readonly crop: number
  /** Pixels from a crop to the next. */
  readonly stride: number
  /** Pixels from a position of the network's output to the next: a multiple of `stride`. */
  readonly networkStride: number
  /** Crops: (side − crop)/stride + 1, rounded down. */
  readonly count: number
  /** Pixels at the end that are in no crop. */
  readonly unseen: number
}

/**
 * @param stride 1 to `networkStride`, a divisor of it
 * @throws {ArgumentError} an image smaller than a crop, or a stride that does not divide the network's
 */
export function gridAxis(
  name: 'height' | 'width',
  {
    side,
    crop,
    networkStride,
    stride = networkStride,
  }: Pick<GridAxis, 'side' | 'crop' | 'networkStride'> & {
    readonly stride?: number | undefined
  },
): GridAxis {
  if (!Number.isInteger(side) || side < crop) {
    throw new ArgumentError(`the ${name} is less than the network's input`, {
      received: `${side}`,
      expected: `a whole number of pixels from ${crop}`,
      advice: 'scale the image to a larger size',
    })
  }
  if (!Number.isInteger(stride) || stride < 1 || networkStride % stride !== 0) {
    const divisors = Array.from({ length: networkStride }, (_, i) => i + 1).filter((d) => networkStride % d === 0)
    throw new ArgumentError('the stride does not divide that of the network', {
      received: `${stride}`,
      expected: divisors.join(', '),
    })
  }
  return {
    ...{ side, crop, stride, networkStride },
    count: Math.floor((side - crop) / stride) + 1,
    unseen: (side - crop) % stride,
  }
}

/** How far the image is moved for the runs of the network: 0, stride, … below the network's stride, as far as crops are left. */
export function shiftsOf({ stride, networkStride, count }: GridAxis): readonly number[] {
  return Array.from({ length: Math.min(networkStride / stride, count) }, (_, i) => i * stride)
}

/** How many positions of the run that is moved by `shift` are crops of the image. */
export function positionsAt({ side, crop, networkStride }: GridAxis, shift: number): number {
  return Math.floor((side - crop - shift) / networkStride) + 1
}
