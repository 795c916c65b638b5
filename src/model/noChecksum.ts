/** Says of a model file of an older version that it has no checksum. */

import { printable } from '../core/text.ts'

let isSaid = false

/** Once for a program, of the first such file: no two need the same advice. */
export function sayNoChecksum(what: string): void {
  if (isSaid) return
  isSaid = true
  console.warn(
    `lenslet: ${printable(what)} has no checksum, as files of older versions have none, so damage to its weights cannot be ` +
      'noticed. Load and save it to add one.',
  )
}
