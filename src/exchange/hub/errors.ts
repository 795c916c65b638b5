/** Errors of the hub: what was asked for, what it answered, what to do. */

import { LensletError } from '../../core/errors.ts'

/** A model cannot be had from the hub: it is not there, not open to everybody, or not to be reached. */
export class HubError extends LensletError {}
