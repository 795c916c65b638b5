/** What a layer refuses. Whoever knows the layer's name and place (sizer, parser) adds them. */

import { LensletError } from '../core/errors.ts'

/** The volumes that flow in do not fit the layer. */
export class VolumeError extends LensletError {}

/** A part of a word has a value that cannot be meant. */
export class NotationValueError extends LensletError {}
