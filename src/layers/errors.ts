/** What a layer refuses. Whoever knows the layer's name and place (sizer, parser) adds them. */

import { LensletError } from '../core/errors.ts'

/** The volumes that flow in do not fit the layer. */
export class VolumeError extends LensletError {}

/** A part of a word has an invalid value. */
export class NotationValueError extends LensletError {}
