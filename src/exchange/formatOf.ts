/** Which format a file is in: by its ending, unless its first bytes say otherwise. */

import { formats } from './formats.ts'
import type { Format } from './types.ts'

/** How much of a file's start tells its format, in bytes. */
export const startBytes = 65_536

/**
 * Several formats share an ending (`.json`), and files are renamed (`.bin`), so of the formats with the ending, the one
 * that knows the first bytes comes first; then any that knows them; then the first with the ending, whose reader says what
 * is damaged.
 *
 * @param start the first `startBytes` of the file, or all of it
 */
export function formatOf(name: string, start: Uint8Array): Format | undefined {
  const byEnding = formats.filter((format) => hasEnding(name, format))
  const knows = (format: Format) => format.is?.(start) === true
  return byEnding.find(knows) ?? formats.find(knows) ?? byEnding[0]
}

export function hasEnding(name: string, { endings }: Format): boolean {
  const lower = name.toLowerCase()
  return endings.some((ending) => lower.endsWith(ending))
}

/** `.onnx, .npz`: of the formats for which `can` is true. */
export function endingsOf(can: (format: Format) => boolean): readonly string[] {
  return formats.filter(can).flatMap(({ endings }) => endings)
}
