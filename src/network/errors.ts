/** Errors of networks. */

import { type ErrorDetails, LensletError } from '../core/errors.ts'

/** Nodes that are wired wrongly: a missing input, a name used twice, no INPUT. */
export class NetworkError extends LensletError {}

/** A node whose volumes do not work out. `node` is its name. */
export class SizeError extends LensletError {
  readonly node: string

  constructor(node: string, message: string, details: ErrorDetails) {
    super(`${node}: ${message}`, details)
    this.node = node
  }
}

/** JSON that is not a network. */
export class NetworkFileError extends LensletError {}
