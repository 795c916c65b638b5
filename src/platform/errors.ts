/** Errors of the platform: files and threads. */

import { LensletError } from '../core/errors.ts'

/** A file could not be read or written. */
export class FileError extends LensletError {}

/** The host gave no thread: forbidden by a policy, or out of resources. */
export class WorkerStartError extends LensletError {}

/** Another process, or another training of this one, works on the same run or checkpoint. */
export class LockedError extends LensletError {}
