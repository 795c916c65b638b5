/** Values of options: read strictly, and refused with the option's name. */

import { closest } from '../core/suggest.ts'
import { UsageError } from './errors.ts'

export const exactHelp =
  "without Winograd's method, which is faster but rounds more coarsely, overflows earlier and spreads a NaN over its tile"

/** Of --memory-limit. */
export const memoryDefault = "default: a quarter of the machine's memory, at most 4GB"

/** `whole('--batch', 1)` reads a whole number from 1. */
export function whole(option: string, least: number) {
  return (text: string): number => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
    throw refused(option, text, `a whole number from ${least}`)
  }
}

/** Any finite number; its reader checks the range. */
export function number(option: string) {
  return (text: string): number => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isFinite(value)) return value
    throw refused(option, text, 'a number')
  }
}

/** A part: from 0 to below 1. */
export function fraction(option: string) {
  return (text: string): number => {
    const value = Number(text)
    if (text.trim() !== '' && value >= 0 && value < 1) return value
    throw refused(option, text, 'a number from 0 to below 1, such as 0.2')
  }
}

const units: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }

/** Below this many bytes nothing runs: a number without a unit was meant in other units. */
const fewestBytes = 1e6

/** `4GB`, `512 MiB`, `1000000`. As in the notes, a GB is 1024 MB; the answer is printed in bytes, too. */
export function bytes(option: string) {
  return (text: string): number => {
    const [, digits = '', unit = '', b = ''] = /^\s*(\d+(?:\.\d+)?)\s*([KMGT]?)((?:i?B)?)\s*$/i.exec(text) ?? []
    const value = Math.floor(Number(digits) * (units[unit.toUpperCase()] as number))
    if (digits !== '' && unit + b === '' && value < fewestBytes) throw unitMissing(option, text, Number(digits))
    if (digits !== '' && value >= 1 && Number.isSafeInteger(value)) return value
    throw refused(option, text, 'an amount of memory such as 4GB, 512MB or 1000000 (bytes)')
  }
}

/** Nobody means 4 bytes. Up to 64 is a size in GB, more in MB. */
function unitMissing(option: string, text: string, amount: number): UsageError {
  const likely = `${amount}${amount <= 64 ? 'GB' : 'MB'}`
  return new UsageError(`${option} ${text.trim()} has no unit`, {
    received: `${text.trim()}, which is ${amount} bytes`,
    expected: 'an amount of memory with a unit, such as 4GB or 512MB',
    advice: `did you mean ${likely}? (${amount}B means bytes)`,
  })
}

/** A reader that knows all its words: shell completion offers them. */
export interface ChoiceReader<Word extends string> {
  (text: string): Word
  readonly words: readonly Word[]
}

/** One of a few words. */
export function choice<Word extends string>(option: string, words: readonly Word[]): ChoiceReader<Word> {
  const read = (text: string): Word => {
    const found = words.find((word) => word === text)
    if (found !== undefined) return found
    const near = closest(text.toLowerCase(), words)
    throw refused(option, text, words.join(', '), near && `did you mean ${near}?`)
  }
  return Object.assign(read, { words })
}

export function refused(option: string, received: string, expected: string, advice?: string): UsageError {
  return new UsageError(`the value of ${option} is invalid`, { received, expected, ...(advice && { advice }) })
}
