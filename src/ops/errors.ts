/** An op got arrays that do not fit its attributes: a fault in lowering or in a hand-made plan, never in a user's network. */

import { LensletError } from '../core/index.ts'

export class OpShapeError extends LensletError {}
