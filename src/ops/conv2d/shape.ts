/** A convolution's product, forward or backward: source channels and result columns of one group. */

import type { Conv2dWork } from './work.ts'

export interface ProductShape {
  readonly images: number
  /** Of the largest run that uses the same prepared filters. */
  readonly mostImages: number
  readonly groups: number
  /** Threads that share the work; absent: 1. */
  readonly threads?: number
  readonly channels: number
  readonly columns: number
}

export function forwardShape(work: Conv2dWork): ProductShape {
  const { batch, largestBatch, channels, filters, groups, threads } = work
  const each = { channels: channels / groups, columns: filters / groups }
  return { images: batch, mostImages: largestBatch, groups, threads, ...each }
}

export function backwardShape(work: Conv2dWork): ProductShape {
  const { channels, columns, ...others } = forwardShape(work)
  return { ...others, channels: columns, columns: channels }
}

/** Room for an even number of panels a group, so that kernels with 16 columns a panel need no other workspace. */
export function panelRoom(columns: number): number {
  return Math.ceil(columns / 16) * 2
}
