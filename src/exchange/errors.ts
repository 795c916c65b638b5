/** Errors of reading and writing other programs' models. */

import { LensletError } from '../core/errors.ts'

/** A file is damaged, cut short, hostile, or of another kind than its ending says. */
export class ForeignFileError extends LensletError {}

/** A valid model that is not a network of layers: what it has beyond that, all at once. */
export class UnsupportedModelError extends LensletError {}

/** A file of weights, read without damage, where a model is needed. */
export class WeightsOnlyError extends ForeignFileError {}
