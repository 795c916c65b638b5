/** Errors of layers. The sizer and the parser add the layer's name and place. */

import { LensletError } from '../core/errors.ts'

/** The volumes that flow in do not fit the layer. */
export class VolumeError extends LensletError {}

/** A part of a word has an invalid value. */
export class NotationValueError extends LensletError {}
