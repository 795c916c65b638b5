/** What a plan refuses, apart from invalid arguments and volumes that do not fit. */

import { LensletError } from '../core/errors.ts'

/** A gradient was asked for that cannot be had: a step on its way has no gradient, or nothing leads from one to the other. */
export class GradientError extends LensletError {}

/** A fault in a layer or an op: a step of an op that is not registered, an output of another shape than the layer says. */
export class LoweringError extends LensletError {}
