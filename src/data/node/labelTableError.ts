/** The error of a table of labels: only Node reads such tables, so pages do not load it. */
import type { ErrorDetails } from '../../core/errors.ts'
import { printable } from '../../core/text.ts'
import { DatasetError } from '../errors.ts'

/** A line of a table of labels that is wrong, or that does not fit the pictures. */
export class LabelTableError extends DatasetError {
  readonly file: string
  /** From 1. */
  readonly line: number

  constructor(file: string, line: number, what: string, details: ErrorDetails) {
    super(`${printable(file)}, line ${line}: ${what}`, details)
    this.file = file
    this.line = line
  }
}
