/** Errors of models. */

import { ArgumentError, LensletError } from '../core/errors.ts'

/** No such weight, or values that do not fit it. */
export class WeightError extends LensletError {}

/** Bytes that are not a safetensors file: cut short, overlapping, lying about their lengths. */
export class SafetensorsError extends LensletError {}

/** A safetensors file that is not a Lenslet model, or whose weights do not fit its network. */
export class ModelFileError extends LensletError {}

/** Pictures whose number of values is not a multiple of the input volume. */
export class PicturesError extends ArgumentError {}

/** A model that is being trained is asked for what must wait: another training, or a look at its weights within a step. */
export class ModelBusyError extends LensletError {}
