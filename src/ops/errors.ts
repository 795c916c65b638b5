/**
 * An op got arrays that do not fit its attributes: a fault in lowering or in a hand-made plan, or a training with too
 * little data for the op (batch norm of a single value).
 */

import { LensletError } from '../core/errors.ts'

export class OpShapeError extends LensletError {}
