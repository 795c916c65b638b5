/** Errors of training. */

import { type ErrorDetails, LensletError } from '../core/errors.ts'

/** A checkpoint that cannot be read, or that belongs to another training. */
export class CheckpointError extends LensletError {}

/** Pictures or classes that are not the network's. */
export class DataMismatchError extends LensletError {}

export interface Divergence {
  /** Steps that were finished before. */
  readonly step: number
  /** Counted from 1. */
  readonly epoch: number
  /** The first layer where a number is not finite. */
  readonly node: string
  /** The values that are not finite: `conv1.filters`, or a layer's output by its name. */
  readonly buffer: string
}

/** The loss became NaN or infinite. The step that would have spread it over all weights was not taken. */
export class DivergedError extends LensletError {
  readonly step: number
  readonly epoch: number
  readonly node: string
  readonly buffer: string

  constructor(message: string, { step, epoch, node, buffer }: Divergence, details: ErrorDetails) {
    super(message, details)
    this.step = step
    this.epoch = epoch
    this.node = node
    this.buffer = buffer
  }
}
