/** Errors between a plan and a finished run. */

import { LensletError } from '../../core/errors.ts'

/** The engine lacks what every kernel module needs, or a variant was asked for that does not exist or does not run here. */
export class VariantError extends LensletError {}

/** More memory than a 32-bit WebAssembly memory can have, or than the host gives. */
export class MemoryError extends LensletError {}

/** An op names a kernel that no module exports: a fault in Lenslet. */
export class KernelMissingError extends LensletError {}

/** A page could not load a part of Lenslet, a file beside the one that it imports. The next call tries again. */
export class PartMissingError extends LensletError {}

/** Where a kernel trapped. */
export interface TrapPlace {
  readonly kernel: string
  /** Index in the plan's steps. */
  readonly step: number
  /** The network's node that the step belongs to. */
  readonly node: string
}

/** A kernel read or wrote out of bounds, or divided by zero: a fault in Lenslet. The program cannot be used any more. */
export class KernelTrapError extends LensletError {
  readonly place: TrapPlace

  constructor(place: TrapPlace, received: string) {
    super(`kernel ${place.kernel} trapped in step ${place.step}, for ${place.node}`, {
      received,
      advice: 'dispose of this model; please report this fault of Lenslet with the print of the plan',
    })
    this.place = place
  }
}

/** A worker ended in the middle of its life. The program cannot be used any more. */
export class WorkerLostError extends LensletError {}

/** A program was used after `dispose()`. */
export class DisposedError extends LensletError {}
