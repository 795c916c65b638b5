/** Errors of plans, apart from invalid arguments and volumes that do not fit. */

import { LensletError } from '../core/errors.ts'

/** A gradient that does not exist was requested: a step on the path has no gradient, or there is no path. */
export class GradientError extends LensletError {}

/** A fault in a layer or an op: a step of an op that is not registered, an output of another shape than the layer says. */
export class LoweringError extends LensletError {}

/** Not even with everything computed again that can be does a plan fit into the memory that it was asked to meet. */
export class MemoryLimitError extends LensletError {}
